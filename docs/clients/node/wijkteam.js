// A first handover, the side of the wijkteam: it waits for the offer, accepts, is told what is disclosed, and reports the meeting.
//
//     node wijkteam.js TRAJECT
//
// TRAJECT is what the zorgaanbieder's begeleider told the team by another way. It may be stopped and started anywhere.
import { Book, connect, Refused } from './overdracht.js';

const WIJKTEAM = '00000099000000102000';
const KINDS = ['offer-received', 'handover-changed', 'category-disclosed', 'category-withheld', 'responsibility-moved'];
const MEETING = {
  handover: 'h-1', participants: ['zorgaanbieder', 'wijkteam'], clientPresence: 'CLIENT_PRESENCE_PRESENT',
  coordinator: { organisation: WIJKTEAM, reference: 'co-1' },
};

const traject = process.argv[2];
const me = connect(WIJKTEAM, { book: new Book(`build/clients/${traject}-wijkteam.json`) });

async function report(once, kind, event) {
  const answer = await me.report(traject, kind, event, { once: `${traject} ${once}` });
  say('reported', kind, answer.position, answer.duplicate ? '(again)' : '');
}

async function accept() {
  try {
    await report('accept', 'HandoversAccepted', { handover: 'h-1' });
  } catch (refused) {
    if (!(refused instanceof Refused) || refused.reason !== 'WRONG_STATE') throw refused; // anything else is an error of ours
    say('comes too late:', refused.melding); // it was withdrawn while we thought about it
  }
}

function say(...words) {
  console.log(['wijkteam', ...words].filter(Boolean).join(' '));
}

say('listens');
for await (const { traject: of, notice } of me.outbox({ kinds: KINDS })) {
  if (of !== traject) continue; // an offer of which nobody told us is for a person to look at
  say('is told', notice.data, JSON.stringify(notice[notice.data]));
  if (notice.offerReceived) await accept();
  if (notice.categoryDisclosed?.category === 'CATEGORY_ACTIEPLAN') {
    await report('meeting', 'HandoversMeetingHeld', MEETING); // now that we have the plan, we met: zorgaanbieder, client and wijkteam
  }
  if (notice.responsibilityMoved) break;
}
me.close();
