package nl.overdracht.example;

import static overdracht.event.v1.Codes.Category.CATEGORY_ACTIEPLAN;
import static overdracht.event.v1.Codes.Category.CATEGORY_MEDICATIE;
import static overdracht.event.v1.Codes.Category.CATEGORY_WONEN;
import static overdracht.event.v1.Codes.HomeKind.HOME_KIND_REGULAR;
import static overdracht.event.v1.Codes.Purpose.PURPOSE_HANDOVER;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.nio.file.Path;
import java.util.List;
import nl.overdracht.client.Book;
import nl.overdracht.client.Client;
import nl.overdracht.client.Refused;
import overdracht.api.v1.OutboxServiceOuterClass.OutboxItem;
import overdracht.event.v1.Codes.Role;
import overdracht.event.v1.EventOuterClass.*;
import overdracht.notice.v1.NoticeOuterClass.HandoverState;

/**
 * A first handover, the side of the zorgaanbieder: from the start of the traject to the farewell. Its argument is the traject. It may be stopped
 * and started anywhere: each report has an id that was kept before it was sent, and the outbox is read on behind the kept cursor.
 */
public final class Zorgaanbieder {
  private static final String ZORGAANBIEDER = "00000099000000101000", WIJKTEAM = "00000099000000102000", GEMEENTE = "00000099000000103000";
  private static final List<String> PREPARED = List.of("inschrijving_woningzoekende", "actieplan", "risicoinventarisatie", "crisiskaart",
      "inkomen_en_schulden", "netwerk_in_kaart", "dagbesteding");
  private static final String DIGEST = "sha256:" + "0".repeat(64);  // of the dossier, which stays with the zorgaanbieder

  private static final Message STARTED = TrajectenStarted.newBuilder().setWorkflow("uitstroom").setClient("c-1")
      .addParticipants(Participant.newBuilder().setRole(Role.ROLE_ZORGAANBIEDER).setOrganisation(ZORGAANBIEDER))
      .addParticipants(Participant.newBuilder().setRole(Role.ROLE_WIJKTEAM).setOrganisation(WIJKTEAM))
      .addParticipants(Participant.newBuilder().setRole(Role.ROLE_GEMEENTE).setOrganisation(GEMEENTE)).build();
  private static final Message SIGNED = HomesContractSigned.newBuilder().setHome("w-1").setKind(HOME_KIND_REGULAR).build();
  private static final Message MOVED = HomesMovedIn.newBuilder().setHome("w-1").build();
  private static final Message BRIDGED =
      SupportsBridged.newBuilder().setSupport("b-1").setProvider(ZORGAANBIEDER).setUntil("2099-12-31").build();
  private static final Message CONSENT = ConsentsGranted.newBuilder().setConsent("t-1").setRecipient(WIJKTEAM).setPurpose(PURPOSE_HANDOVER)
      .addAllCategories(List.of(CATEGORY_WONEN, CATEGORY_ACTIEPLAN)).setValidUntil("2099-12-31").build();
  // One category more than the client consented to: the wijkteam will be told that it is withheld.
  private static final Message OFFER = HandoversOffered.newBuilder().setHandover("h-1").setRecipient(WIJKTEAM).setPurpose(PURPOSE_HANDOVER)
      .addAllCategories(List.of(CATEGORY_WONEN, CATEGORY_ACTIEPLAN, CATEGORY_MEDICATIE)).setTransfersResponsibility(true)
      .setDossier(Dossier.newBuilder().setReference("d-1").setDigest(DIGEST)).build();
  private static final Message FAREWELL = HandoversFarewellHeld.newBuilder().setHandover("h-1").setClientKnowsContact(true).build();

  private final Client me;
  private final String traject;

  private Zorgaanbieder(Client me, String traject) {
    this.me = me;
    this.traject = traject;
  }

  public static void main(String[] arguments) throws Exception {
    String traject = arguments[0];
    try (Client me = Client.connect(ZORGAANBIEDER, new Book(Path.of("build/clients", traject + "-zorgaanbieder.properties")))) {
      var zorgaanbieder = new Zorgaanbieder(me, traject);
      zorgaanbieder.voor();
      zorgaanbieder.tijdens();
      // From here on the wijkteam has its turn. A real system takes every kind of notice and every traject from one outbox.
      me.outbox(List.of("offer-answered", "handover-changed", "responsibility-moved"), zorgaanbieder::takeCareOf);
    }
  }

  /** Each of these takes weeks; a system reports it when it happens. */
  private void voor() {
    report("start", STARTED);
    for (String task : PREPARED) report(task, TasksCompleted.newBuilder().setTask(task).build());
    report("contract", SIGNED);
  }

  private void tijdens() {
    try {
      report("move", MOVED);
    } catch (Refused refused) {
      if (!refused.reason.equals("REQUIREMENT_NOT_MET")) throw refused;  // anything else is an error of ours
      say("may not report the move yet: " + refused.melding());
      report("support", BRIDGED);
      report("move, with support", MOVED);  // under a new id: the refusal is remembered with the old one
    }
    report("consent", CONSENT);
    report("offer", OFFER);
  }

  private boolean takeCareOf(OutboxItem item) {
    if (!item.getTraject().equals(traject)) return true;
    var notice = item.getNotice();
    say("is told " + TextFormat.shortDebugString(notice));
    if (notice.getHandoverChanged().getState() == HandoverState.HANDOVER_STATE_OVERLEGD) report("farewell", FAREWELL);
    return !notice.hasResponsibilityMoved();
  }

  private void report(String once, Message event) {
    var answer = me.report(traject, traject + " " + once, event);
    say("reported " + event.getDescriptorForType().getName() + " " + answer.getPosition() + (answer.getDuplicate() ? " (again)" : ""));
  }

  private static void say(String what) {
    System.out.println("zorgaanbieder " + what);
  }
}
