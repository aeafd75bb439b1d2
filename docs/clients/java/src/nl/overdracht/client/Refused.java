package nl.overdracht.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.Optional;
import overdracht.api.v1.ErrorDetails.RefusalInfo;
import overdracht.api.v1.ErrorDetails.RefusalStatus;

/** A report was read and not accepted. Look at the reason (docs/errors.md has each, with what to do), never at the sentence. */
public final class Refused extends RuntimeException {
  private static final Metadata.Key<byte[]> DETAILS = Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  public final String reason;
  public final Map<String, String> parameters;

  private Refused(RefusalInfo info, String sentence) {
    super(info.getMetadataMap().get("code") + " " + info.getReason() + ": " + sentence);
    this.reason = info.getReason();
    this.parameters = info.getMetadataMap();
  }

  /** The Dutch sentence, for a user's screen. */
  public String melding() {
    return parameters.getOrDefault("melding", "");
  }

  /** The refusal in a gRPC error, if there is one: google.rpc.Status with ErrorInfo, as every service of this kind sends it. */
  static Optional<Refused> in(StatusRuntimeException error) {
    byte[] bytes = error.getTrailers() == null ? null : error.getTrailers().get(DETAILS);
    if (bytes == null) return Optional.empty();
    try {
      for (var detail : RefusalStatus.parseFrom(bytes).getDetailsList()) {
        if (detail.getTypeUrl().equals("type.googleapis.com/google.rpc.ErrorInfo")) {
          return Optional.of(new Refused(RefusalInfo.parseFrom(detail.getValue()), error.getStatus().getDescription()));
        }
      }
      return Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }
}
