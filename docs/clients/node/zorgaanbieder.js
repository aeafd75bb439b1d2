// A first handover, the side of the zorgaanbieder: from the start of the traject to the farewell.
//
//     node zorgaanbieder.js TRAJECT
//
// It may be stopped and started anywhere: each report has an id that was kept before it was sent, and the outbox is read on behind the kept cursor.
import { Book, connect, Refused } from './overdracht.js';

const [ZORGAANBIEDER, WIJKTEAM, GEMEENTE] = ['00000099000000101000', '00000099000000102000', '00000099000000103000'];
const PREPARED = ['inschrijving_woningzoekende', 'actieplan', 'risicoinventarisatie', 'crisiskaart', 'inkomen_en_schulden', 'netwerk_in_kaart', 'dagbesteding'];
const DIGEST = `sha256:${'0'.repeat(64)}`; // of the dossier, which stays with the zorgaanbieder

const STARTED = {
  workflow: 'uitstroom',
  client: 'c-1',
  participants: [
    { role: 'ROLE_ZORGAANBIEDER', organisation: ZORGAANBIEDER },
    { role: 'ROLE_WIJKTEAM', organisation: WIJKTEAM },
    { role: 'ROLE_GEMEENTE', organisation: GEMEENTE },
  ],
};
const CONSENT = {
  consent: 't-1', recipient: WIJKTEAM, purpose: 'PURPOSE_HANDOVER', validUntil: '2099-12-31',
  categories: ['CATEGORY_WONEN', 'CATEGORY_ACTIEPLAN'],
};
const OFFER = {
  handover: 'h-1', recipient: WIJKTEAM, purpose: 'PURPOSE_HANDOVER', transfersResponsibility: true,
  // One category more than the client consented to: the wijkteam will be told that it is withheld.
  categories: ['CATEGORY_WONEN', 'CATEGORY_ACTIEPLAN', 'CATEGORY_MEDICATIE'],
  dossier: { reference: 'd-1', digest: DIGEST },
};

const traject = process.argv[2];
const me = connect(ZORGAANBIEDER, { book: new Book(`build/clients/${traject}-zorgaanbieder.json`) });

async function report(once, kind, event) {
  const answer = await me.report(traject, kind, event, { once: `${traject} ${once}` });
  say('reported', kind, answer.position, answer.duplicate ? '(again)' : '');
}

function say(...words) {
  console.log(['zorgaanbieder', ...words].filter(Boolean).join(' '));
}

// voor: each of these takes weeks; a system reports it when it happens.
await report('start', 'TrajectenStarted', STARTED);
for (const task of PREPARED) await report(task, 'TasksCompleted', { task });
await report('contract', 'HomesContractSigned', { home: 'w-1', kind: 'HOME_KIND_REGULAR' });

// tijdens
try {
  await report('move', 'HomesMovedIn', { home: 'w-1' });
} catch (refused) {
  if (!(refused instanceof Refused) || refused.reason !== 'REQUIREMENT_NOT_MET') throw refused; // anything else is an error of ours
  say('may not report the move yet:', refused.melding);
  await report('support', 'SupportsBridged', { support: 'b-1', provider: ZORGAANBIEDER, until: '2099-12-31' });
  await report('move, with support', 'HomesMovedIn', { home: 'w-1' }); // under a new id: the refusal is remembered with the old one
}
await report('consent', 'ConsentsGranted', CONSENT);
await report('offer', 'HandoversOffered', OFFER);

// From here on the wijkteam has its turn. A real system takes every kind of notice and every traject from one outbox.
for await (const { traject: of, notice } of me.outbox({ kinds: ['offer-answered', 'handover-changed', 'responsibility-moved'] })) {
  if (of !== traject) continue;
  say('is told', notice.data, JSON.stringify(notice[notice.data]));
  if (notice.handoverChanged?.state === 'HANDOVER_STATE_OVERLEGD') {
    await report('farewell', 'HandoversFarewellHeld', { handover: 'h-1', clientKnowsContact: true });
  }
  if (notice.responsibilityMoved) break;
}
me.close();
