// A region's topics as somebody else's program sees them: another language, and Kafka's own client.
//
//   OtherClient read BOOTSTRAP TOPIC…   every record of the topics from their beginnings, a line each: topic, offset, and headers as
//                                       name=value, with tabs between. Once its input has ended it reads on to where the topics end then.
//   OtherClient write BOOTSTRAP TOPIC   every line of its input as a CloudEvent in JSON
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

class OtherClient {
  static volatile boolean inputEnded = false;

  public static void main(String[] arguments) throws Exception {
    List<String> topics = Arrays.asList(arguments).subList(2, arguments.length);
    if (arguments[0].equals("read")) {
      read(arguments[1], topics);
    } else {
      write(arguments[1], topics.get(0));
    }
  }

  static void read(String bootstrap, List<String> topics) {
    Thread input = new Thread(OtherClient::awaitEndOfInput);
    input.setDaemon(true);
    input.start();
    List<TopicPartition> partitions = topics.stream().map(topic -> new TopicPartition(topic, 0)).toList();
    Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "none");
    try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      Map<TopicPartition, Long> reached = new HashMap<>();
      for (TopicPartition partition : partitions) {
        consumer.seek(partition, 0);
        reached.put(partition, 0L);
      }
      Map<TopicPartition, Long> ends = null;
      while (ends == null || partitions.stream().anyMatch(behind(reached, ends))) {
        if (ends == null && inputEnded) ends = consumer.endOffsets(partitions);
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          System.out.println(line(record));
          reached.put(new TopicPartition(record.topic(), 0), record.offset() + 1);
        }
      }
    }
    System.out.flush();
  }

  static java.util.function.Predicate<TopicPartition> behind(Map<TopicPartition, Long> reached, Map<TopicPartition, Long> ends) {
    return partition -> reached.get(partition) < ends.get(partition);
  }

  static void awaitEndOfInput() {
    try {
      while (System.in.read() >= 0) {
      }
    } catch (java.io.IOException gone) {
      // Ended as well.
    }
    inputEnded = true;
  }

  static String line(ConsumerRecord<byte[], byte[]> record) {
    StringBuilder line = new StringBuilder(record.topic()).append('\t').append(record.offset());
    for (Header header : record.headers()) {
      line.append('\t').append(header.key()).append('=').append(new String(header.value(), StandardCharsets.UTF_8));
    }
    return line.toString();
  }

  static void write(String bootstrap, String topic) throws Exception {
    byte[] type = "application/cloudevents+json".getBytes(StandardCharsets.UTF_8);
    Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap);
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        var record = new ProducerRecord<byte[], byte[]>(topic, line.getBytes(StandardCharsets.UTF_8));
        record.headers().add("content-type", type);
        producer.send(record).get();
      }
    }
  }
}
