package nl.overdracht.example;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.nio.file.Path;
import java.util.List;
import nl.overdracht.client.Book;
import nl.overdracht.client.Client;
import nl.overdracht.client.Refused;
import overdracht.api.v1.OutboxServiceOuterClass.OutboxItem;
import overdracht.event.v1.Codes.Category;
import overdracht.event.v1.Codes.ClientPresence;
import overdracht.event.v1.EventOuterClass.*;

/**
 * A first handover, the side of the wijkteam: it waits for the offer, accepts, is told what is disclosed, and reports the meeting. Its argument is
 * the traject: what the zorgaanbieder's begeleider told the team by another way. It may be stopped and started anywhere.
 */
public final class Wijkteam {
  private static final String WIJKTEAM = "00000099000000102000";
  private static final List<String> KINDS =
      List.of("offer-received", "handover-changed", "category-disclosed", "category-withheld", "responsibility-moved");
  private static final Message ACCEPTED = HandoversAccepted.newBuilder().setHandover("h-1").build();
  private static final Message MEETING = HandoversMeetingHeld.newBuilder().setHandover("h-1").addAllParticipants(List.of("zorgaanbieder", "wijkteam"))
      .setClientPresence(ClientPresence.CLIENT_PRESENCE_PRESENT)
      .setCoordinator(Coordinator.newBuilder().setOrganisation(WIJKTEAM).setReference("co-1")).build();

  private final Client me;
  private final String traject;

  private Wijkteam(Client me, String traject) {
    this.me = me;
    this.traject = traject;
  }

  public static void main(String[] arguments) throws Exception {
    String traject = arguments[0];
    try (Client me = Client.connect(WIJKTEAM, new Book(Path.of("build/clients", traject + "-wijkteam.properties")))) {
      say("listens");
      me.outbox(KINDS, new Wijkteam(me, traject)::takeCareOf);
    }
  }

  private boolean takeCareOf(OutboxItem item) {
    if (!item.getTraject().equals(traject)) return true;  // an offer of which nobody told us is for a person to look at
    var notice = item.getNotice();
    say("is told " + TextFormat.shortDebugString(notice));
    if (notice.hasOfferReceived()) accept();
    if (notice.getCategoryDisclosed().getCategory() == Category.CATEGORY_ACTIEPLAN) {
      report("meeting", MEETING);  // now that we have the plan, we met: zorgaanbieder, client and wijkteam
    }
    return !notice.hasResponsibilityMoved();
  }

  private void accept() {
    try {
      report("accept", ACCEPTED);
    } catch (Refused refused) {
      if (!refused.reason.equals("WRONG_STATE")) throw refused;  // anything else is an error of ours
      say("comes too late: " + refused.melding());  // it was withdrawn while we thought about it
    }
  }

  private void report(String once, Message event) {
    var answer = me.report(traject, traject + " " + once, event);
    say("reported " + event.getDescriptorForType().getName() + " " + answer.getPosition() + (answer.getDuplicate() ? " (again)" : ""));
  }

  private static void say(String what) {
    System.out.println("wijkteam " + what);
  }
}
