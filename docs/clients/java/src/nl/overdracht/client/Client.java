package nl.overdracht.client;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import overdracht.api.v1.*;
import overdracht.api.v1.OutboxServiceOuterClass.OutboxItem;
import overdracht.api.v1.OutboxServiceOuterClass.SubscribeRequest;
import overdracht.api.v1.Report.Answer;
import overdracht.api.v1.Report.ReportContext;

/** One connection of one organisation: reports go out, what it is told comes in. */
public final class Client implements AutoCloseable {
  private static final int DEADLINE_S = 10;
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  /** Nothing was decided that we know of, and the same report may be sent again. */
  private static final Set<Status.Code> AGAIN =
      EnumSet.of(Status.Code.UNAVAILABLE, Status.Code.RESOURCE_EXHAUSTED, Status.Code.DEADLINE_EXCEEDED);
  private static final Map<String, MethodDescriptor<Message, Message>> RPCS = rpcsByEvent(List.of(
      AppointmentServiceGrpc.getServiceDescriptor(), ConsentServiceGrpc.getServiceDescriptor(), ContactServiceGrpc.getServiceDescriptor(),
      DecisionServiceGrpc.getServiceDescriptor(), DossierServiceGrpc.getServiceDescriptor(), HandoverServiceGrpc.getServiceDescriptor(),
      HomeServiceGrpc.getServiceDescriptor(), ParticipantServiceGrpc.getServiceDescriptor(), SignalServiceGrpc.getServiceDescriptor(),
      StayServiceGrpc.getServiceDescriptor(), SupportServiceGrpc.getServiceDescriptor(), TaskServiceGrpc.getServiceDescriptor(),
      TerugvalServiceGrpc.getServiceDescriptor(), TrajectServiceGrpc.getServiceDescriptor()));

  private final ManagedChannel connection;
  private final Channel channel;
  private final Book book;

  private Client(ManagedChannel connection, Channel channel, Book book) {
    this.connection = connection;
    this.channel = channel;
    this.book = book;
  }

  /** Server and certificates (files in PEM) are those of the environment: OVERDRACHT_SERVER, OVERDRACHT_TLS_CA, _CERT, _KEY. */
  public static Client connect(String oin, Book book) throws IOException {
    Map<String, String> environment = System.getenv();
    String server = environment.getOrDefault("OVERDRACHT_SERVER", "127.0.0.1:7440");
    boolean tls = environment.containsKey("OVERDRACHT_TLS_CERT");
    var credentials = !tls ? InsecureChannelCredentials.create() : TlsChannelCredentials.newBuilder()
        .trustManager(new File(environment.get("OVERDRACHT_TLS_CA")))
        .keyManager(new File(environment.get("OVERDRACHT_TLS_CERT")), new File(environment.get("OVERDRACHT_TLS_KEY")))
        .build();
    ManagedChannel connection = Grpc.newChannelBuilder(server, credentials)
        .keepAliveTime(6, TimeUnit.MINUTES)  // finds out that the other end of a quiet stream is gone; more often is not welcome
        .build();
    if (tls) return new Client(connection, connection, book);
    var caller = new Metadata();  // a sandbox: the server believes a test OIN
    caller.put(Metadata.Key.of("overdracht-oin", Metadata.ASCII_STRING_MARSHALLER), oin);
    return new Client(connection, ClientInterceptors.intercept(connection, MetadataUtils.newAttachHeadersInterceptor(caller)), book);
  }

  @Override
  public void close() {
    connection.shutdownNow();
  }

  /**
   * Reports one event (a message of overdracht.event.v1); what it returns is accepted and durable.
   *
   * @param once names what is reported, in words of your own: its request id is kept in the book before it is sent, so after a cut, a crash or a
   *     restart the same call is the same report
   * @throws Refused when it was read and not accepted
   * @throws StatusRuntimeException when nothing was heard for a minute: report it again later with the same {@code once}
   */
  public Answer report(String traject, String once, Message event) {
    var rpc = RPCS.get(event.getDescriptorForType().getFullName());
    var context = ReportContext.newBuilder().setTraject(traject).setRequestId(book.requestId(once)).build();
    Message.Builder request = prototype(rpc).newBuilderForType();
    request.setField(request.getDescriptorForType().findFieldByName("report"), context);
    request.setField(request.getDescriptorForType().findFieldByName("event"), event);

    var giveUp = Instant.now().plus(PATIENCE);
    for (var pause = new Pause(); ; pause.sleep()) {
      try {
        var options = CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS);
        Message response = ClientCalls.blockingUnaryCall(channel, rpc, options, request.build());
        return (Answer) response.getField(response.getDescriptorForType().findFieldByName("answer"));
      } catch (StatusRuntimeException error) {
        Refused.in(error).ifPresent(refused -> { throw refused; });
        if (!mayBeSentAgain(error.getStatus()) || Instant.now().isAfter(giveUp)) throw error;
      }
    }
  }

  /**
   * What this organisation is told, in order, until {@code takeCareOf} says false; after a cut it goes on behind the cursor in the book. An item
   * counts as taken care of when true came back. After a crash before that it comes again: its cursor tells.
   */
  public void outbox(List<String> kinds, Predicate<OutboxItem> takeCareOf) {
    var pause = new Pause();
    for (; ; pause.sleep()) {
      var request = SubscribeRequest.newBuilder().setAfter(book.cursor()).addAllKinds(kinds).build();
      try (var call = Context.current().withCancellation()) {  // leaving this block ends the stream
        var before = call.attach();
        try {
          var items = OutboxServiceGrpc.newBlockingStub(channel).subscribe(request);
          while (items.hasNext()) {
            OutboxItem item = items.next().getItem();
            if (!takeCareOf.test(item)) return;
            book.keep(item.getCursor());
            pause = new Pause();
          }
        } finally {
          call.detach(before);
        }
      } catch (StatusRuntimeException error) {
        if (!mayBeSentAgain(error.getStatus())) throw error;
      }
    }
  }

  /** By the kind of event: its rpc. A new kind of event needs no code here, a new service its name above. */
  @SuppressWarnings("unchecked")
  private static Map<String, MethodDescriptor<Message, Message>> rpcsByEvent(List<ServiceDescriptor> services) {
    var rpcs = new HashMap<String, MethodDescriptor<Message, Message>>();
    for (var service : services) {
      for (var method : service.getMethods()) {
        var rpc = (MethodDescriptor<Message, Message>) method;
        rpcs.put(prototype(rpc).getDescriptorForType().findFieldByName("event").getMessageType().getFullName(), rpc);
      }
    }
    return rpcs;
  }

  /** Of a connection that is cut while it is written to, Netty says UNKNOWN with an IOException. */
  private static boolean mayBeSentAgain(Status status) {
    return AGAIN.contains(status.getCode()) || status.getCause() instanceof IOException;
  }

  private static Message prototype(MethodDescriptor<Message, Message> rpc) {
    return (Message) ((MethodDescriptor.PrototypeMarshaller<?>) rpc.getRequestMarshaller()).getMessagePrototype();
  }

  /** Ever longer, and never the same for two clients that were cut off together. */
  private static final class Pause {
    private long longestMs = 100;

    void sleep() {
      longestMs = Math.min(5_000, longestMs * 2);
      try {
        Thread.sleep(ThreadLocalRandom.current().nextLong(longestMs / 2, longestMs));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw Status.CANCELLED.withCause(e).asRuntimeException();
      }
    }
  }
}
