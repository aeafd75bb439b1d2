package nl.overdracht.client;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import java.util.UUID;

/**
 * What has to outlive this process: the ids of reports, written down before they are sent, and the cursor of the outbox. A file is enough for a
 * small system. One with a database keeps both there, in the transaction of what they belong to.
 */
public final class Book {
  private final Path path;
  private final Properties kept = new Properties();

  public Book(Path path) {
    this.path = path;
    if (!Files.exists(path)) return;
    try (var in = Files.newBufferedReader(path)) {
      kept.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The id of the report that {@code once} names: the same one each time that it is asked for, also after a crash. */
  public synchronized String requestId(String once) {
    if (!kept.containsKey("id " + once)) write("id " + once, UUID.randomUUID().toString());
    return kept.getProperty("id " + once);
  }

  public synchronized String cursor() {
    return kept.getProperty("cursor", "");
  }

  public synchronized void keep(String cursor) {
    write("cursor", cursor);
  }

  private void write(String name, String value) {
    kept.setProperty(name, value);
    Path anew = path.resolveSibling(path.getFileName() + ".new");
    try {
      Files.createDirectories(path.getParent());
      try (var out = new FileOutputStream(anew.toFile())) {
        kept.store(out, null);
        out.getFD().sync();
      }
      Files.move(anew, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
