// What has to outlive this process: the ids of reports, written down before they are sent, and the cursor of the outbox.
// A file is enough for a small system. One with a database keeps both there, in the transaction of what they belong to.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

export class Book {
  #file;
  #kept = { ids: {}, cursor: '' };

  constructor(file) {
    this.#file = file;
    if (fs.existsSync(file)) this.#kept = JSON.parse(fs.readFileSync(file, 'utf8'));
  }

  // The id of the report that `once` names: the same one each time that it is asked for, also after a crash.
  requestId(once) {
    if (!this.#kept.ids[once]) {
      this.#kept.ids[once] = randomUUID();
      this.#write();
    }
    return this.#kept.ids[once];
  }

  get cursor() {
    return this.#kept.cursor;
  }

  keep(cursor) {
    this.#kept.cursor = cursor;
    this.#write();
  }

  #write() {
    fs.mkdirSync(path.dirname(this.#file), { recursive: true });
    fs.writeFileSync(`${this.#file}.new`, JSON.stringify(this.#kept), { flush: true });
    fs.renameSync(`${this.#file}.new`, this.#file);
  }
}
