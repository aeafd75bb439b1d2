// One connection of one organisation: reports go out, what it is told comes in.
//
//     const me = connect(oin, { book: new Book('ours.json') });
//     await me.report(traject, 'HandoversAccepted', { handover: 'h-1' }, { once: 'accept h-1' });
//     for await (const item of me.outbox()) { … }
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

export { Book } from './book.js';

const DEADLINE_MS = 10_000;
const LONGEST_PAUSE_MS = 5_000;
// Nothing was decided that we know of, and the same report may be sent again.
const AGAIN = new Set([grpc.status.UNAVAILABLE, grpc.status.RESOURCE_EXHAUSTED, grpc.status.DEADLINE_EXCEEDED]);
const OPTIONS = {
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': LONGEST_PAUSE_MS,
  'grpc.keepalive_time_ms': 6 * 60 * 1000, // finds out that the other end of a quiet stream is gone; more often is not welcome
};

// The protos: in the package, or in the project of which this is a part.
const PROTOS = ['./proto', '../../../proto'].map((path) => fileURLToPath(new URL(path, import.meta.url))).find(fs.existsSync);
const DEFINITIONS = protoLoader.loadSync(
  ['api', 'event', 'notice'].flatMap((part) => protosIn(`overdracht/${part}/v1`)),
  { includeDirs: [PROTOS], enums: String, longs: String, defaults: true, oneofs: true },
);
const SUBSCRIBE = DEFINITIONS['overdracht.api.v1.OutboxService'].Subscribe;
const RPCS = rpcsByEvent();

// A report was read and not accepted. Look at `reason` (docs/errors.md has each, with what to do), never at the sentence.
export class Refused extends Error {
  constructor(info, sentence) {
    super(`${info.metadata.code} ${info.reason}: ${sentence}`);
    this.name = 'Refused';
    this.code = info.metadata.code;
    this.reason = info.reason;
    this.parameters = info.metadata;
    this.melding = info.metadata.melding ?? ''; // for a user's screen
  }
}

// Server and certificates (PEM files: { ca, cert, key }) are those of the environment where they are not given.
export function connect(oin, { server, tls, book } = {}) {
  const environment = process.env;
  server ??= environment.OVERDRACHT_SERVER ?? '127.0.0.1:7440';
  if (!tls && environment.OVERDRACHT_TLS_CERT) {
    tls = { ca: environment.OVERDRACHT_TLS_CA, cert: environment.OVERDRACHT_TLS_CERT, key: environment.OVERDRACHT_TLS_KEY };
  }
  const metadata = new grpc.Metadata();
  if (!tls) metadata.set('overdracht-oin', oin); // a sandbox: the server believes a test OIN
  const credentials = tls
    ? grpc.credentials.createSsl(...[tls.ca, tls.key, tls.cert].map((file) => fs.readFileSync(file)))
    : grpc.credentials.createInsecure();
  return new Client(new grpc.Client(server, credentials, OPTIONS), metadata, book);
}

export class Client {
  constructor(channel, metadata, book) {
    Object.assign(this, { channel, metadata, book });
  }

  close() {
    this.channel.close();
  }

  // Reports one event: the name of its message in overdracht.event.v1, and its fields. What it returns is accepted and durable.
  //
  // `once` names what is reported, in words of your own: its request id is kept in the book before it is sent, so after a cut, a crash or a
  // restart the same call is the same report. `context` has further fields of ReportContext, such as { validateOnly: true }.
  // Throws Refused, or the gRPC error when nothing was heard for patienceMs: report it again later with the same `once`.
  async report(traject, kind, event, { once, patienceMs = 60_000, ...context } = {}) {
    const requestId = once ? this.book.requestId(once) : randomUUID();
    const request = { report: { traject, requestId, ...context }, event };
    const giveUp = Date.now() + patienceMs;
    for (const wait of pauses()) {
      try {
        return (await this.#call(RPCS[kind], request)).answer;
      } catch (error) {
        const refused = refusalIn(error);
        if (refused) throw refused;
        if (!AGAIN.has(error.code) || Date.now() > giveUp) throw error;
      }
      await pause(wait);
    }
  }

  // What this organisation is told, in order, for ever; after a cut it goes on behind the cursor in the book.
  // An item counts as taken care of once the next one is asked for. After a crash in between it comes again: its cursor tells.
  async *outbox({ kinds = [], answers = false } = {}) {
    let waits = pauses();
    for (;;) {
      const request = { after: this.book.cursor, kinds, answers };
      const stream = this.channel.makeServerStreamRequest(
        SUBSCRIBE.path, SUBSCRIBE.requestSerialize, SUBSCRIBE.responseDeserialize, request, this.metadata);
      stream.on('error', () => {}); // is thrown below; what comes after the end of the loop is of no interest
      try {
        for await (const { item } of stream) {
          yield item;
          this.book.keep(item.cursor);
          waits = pauses();
        }
      } catch (error) {
        if (!AGAIN.has(error.code)) throw error;
      } finally {
        stream.cancel();
      }
      await pause(waits.next().value);
    }
  }

  #call(rpc, request) {
    return new Promise((resolve, reject) => {
      this.channel.makeUnaryRequest(
        rpc.path, rpc.requestSerialize, rpc.responseDeserialize, request, this.metadata, { deadline: Date.now() + DEADLINE_MS },
        (error, response) => (error ? reject(error) : resolve(response)));
    });
  }
}

function protosIn(folder) {
  return fs.readdirSync(`${PROTOS}/${folder}`).map((file) => `${folder}/${file}`);
}

// By the kind of event: the rpc that reports it. A new kind of event needs no code here.
function rpcsByEvent() {
  const services = Object.entries(DEFINITIONS).filter(([name]) => name.startsWith('overdracht.api.v1.') && name.endsWith('Service'));
  const rpcs = services.flatMap(([, service]) => Object.values(service));
  const kindOf = (rpc) => rpc.requestType.type.field.find((field) => field.name === 'event')?.typeName.split('.').at(-1);
  return Object.fromEntries(rpcs.map((rpc) => [kindOf(rpc), rpc]).filter(([kind]) => kind));
}

// The Refused in a gRPC error, if there is one: google.rpc.Status with ErrorInfo, as every service of this kind sends it.
function refusalIn(error) {
  for (const bytes of error.metadata?.get('grpc-status-details-bin') ?? []) {
    for (const detail of DEFINITIONS['overdracht.api.v1.RefusalStatus'].deserialize(bytes).details) {
      if (detail.type_url === 'type.googleapis.com/google.rpc.ErrorInfo') {
        return new Refused(DEFINITIONS['overdracht.api.v1.RefusalInfo'].deserialize(detail.value), error.details);
      }
    }
  }
  return null;
}

// Milliseconds: ever longer, and never the same for two clients that were cut off together.
function* pauses() {
  for (let longest = 200; ; longest = Math.min(LONGEST_PAUSE_MS, longest * 2)) yield longest * (0.5 + Math.random() / 2);
}
