/**
 * Looks at the first bytes of a file that should be the index of runs, before SQLite does: whether it is a
 * database at all, whether it is ours, and whether its schema is word for word the one that we make. A
 * database of somebody else is never to be changed, and a view in the place of a table can compute for
 * ever. The format is that of https://sqlite.org/fileformat2.html; knows no files.
 */

/** "orch" in four bytes: says in the header of a database whose it is (`PRAGMA application_id`). */
export const APPLICATION_ID = 0x6f726368;

/** What a file in the place of the index is. */
export type IndexVerdict =
  /** An index of this version, with exactly its tables. */
  | { readonly kind: "current" }
  | { readonly kind: "older" }
  | { readonly kind: "newer"; readonly version: number }
  /** A database of another program. */
  | { readonly kind: "foreign" }
  /** No database, or one of ours that is not as we made it. */
  | { readonly kind: "damaged" };

/** What an index of this version is made of. */
export interface IndexShape {
  readonly version: number;
  /** The texts of its tables and indexes, as they were given to SQLite. */
  readonly statements: readonly string[];
}

/** The header of a database file; its first page goes on behind it. */
const HEADER_BYTES = 100;
/** No page is longer. */
export const PAGE_BYTES_MAX = 65_536;
const MAGIC = "SQLite format 3\0";
const LEAF_OF_TABLE = 0x0d;

/** Judges an index by the beginning of its file, which must hold the first page where there is one. */
export function judgeIndex(bytes: Uint8Array, shape: IndexShape): IndexVerdict {
  const first = firstPageOf(bytes);
  if (first === null) return { kind: "damaged" };
  const { applicationId, version } = first;
  const isExact = hasExactly(first.texts, shape.statements);
  if (applicationId === 0 && version === shape.version && isExact) return { kind: "current" };
  if (applicationId !== APPLICATION_ID) return { kind: "foreign" };
  if (version > shape.version) return { kind: "newer", version };
  if (version < shape.version) return { kind: "older" };
  return { kind: isExact ? "current" : "damaged" };
}

/**
 * Whether the log beside an index (`-wal`) leaves its schema and whose it is as they are: a page in it
 * takes the place of the one in the file.
 */
export function isOwnLog(log: Uint8Array, shape: IndexShape): boolean {
  const [header, frameHeader] = [32, 24];
  const view = viewOf(log);
  if (log.length < header) return true;
  const size = view.getUint32(8);
  const pageBytes = size === 1 ? PAGE_BYTES_MAX : size;
  if (pageBytes < 512 || pageBytes > PAGE_BYTES_MAX) return false;
  for (let at = header; at + frameHeader + pageBytes <= log.length; at += frameHeader + pageBytes) {
    if (view.getUint32(at) !== 1) continue;
    const page = log.subarray(at + frameHeader, at + frameHeader + pageBytes);
    if (judgeIndex(page, shape).kind !== "current") return false;
  }
  return true;
}

interface FirstPage {
  readonly applicationId: number;
  readonly version: number;
  /** The texts of its schema; `null` where they do not all stand on this page, as ours do. */
  readonly texts: readonly string[] | null;
}

/** `null` for what is no database. */
function firstPageOf(bytes: Uint8Array): FirstPage | null {
  if (bytes.length < HEADER_BYTES || LATIN.decode(bytes.subarray(0, 16)) !== MAGIC) return null;
  const view = viewOf(bytes);
  const size = view.getUint16(16);
  const pageBytes = size === 1 ? PAGE_BYTES_MAX : size;
  return {
    applicationId: view.getUint32(68),
    version: view.getUint32(60),
    texts: bytes.length < pageBytes ? null : schemaTexts(bytes.subarray(0, pageBytes)),
  };
}

/** The SQL in the cells of the first page, `""` for what has none, as the index of a primary key. */
function schemaTexts(page: Uint8Array): string[] | null {
  const view = viewOf(page);
  if (page[HEADER_BYTES] !== LEAF_OF_TABLE) return null;
  const cells = view.getUint16(HEADER_BYTES + 3);
  const texts: string[] = [];
  for (let cell = 0; cell < cells; cell++) {
    const pointer = HEADER_BYTES + 8 + 2 * cell;
    if (pointer + 2 > page.length) return null;
    const text = sqlOf(page, view.getUint16(pointer));
    if (text === null) return null;
    texts.push(text);
  }
  return texts;
}

/** The last column of a row of `sqlite_schema` (type, name, tbl_name, rootpage, sql), if it is all there. */
function sqlOf(page: Uint8Array, cellAt: number): string | null {
  const payload = varintAt(page, cellAt);
  const rowId = varintAt(page, payload.end);
  const [start, end] = [rowId.end, rowId.end + payload.value];
  if (end > page.length) return null;
  const header = varintAt(page, start);
  const types: number[] = [];
  for (let at = header.end; at < start + header.value;) {
    const type = varintAt(page, at);
    types.push(type.value);
    at = type.end;
  }
  if (types.length !== 5) return null;
  const [sql = 0, ...before] = types.reverse();
  const sqlAt = before.reduce((at, type) => at + bytesOfType(type), start + header.value);
  if (sqlAt + bytesOfType(sql) !== end) return null;
  return sql === 0 ? "" : UTF8.decode(page.subarray(sqlAt, end));
}

const BYTES_OF_NUMBERS = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

function bytesOfType(type: number): number {
  return type < 12 ? BYTES_OF_NUMBERS[type]! : Math.floor((type - 12) / 2);
}

/** A number of one to nine bytes, seven bits in each; what lies behind the page counts as 0. */
function varintAt(page: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = page[at + i] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  return { value: value * 256 + (page[at + 8] ?? 0), end: at + 9 };
}

/** Whether these are the texts, each once, beside the indexes that SQLite makes for itself. */
function hasExactly(texts: readonly string[] | null, statements: readonly string[]): boolean {
  const own = texts?.filter((text) => text !== "").sort();
  const implied = (texts?.length ?? 0) - statements.length;
  return implied >= 0 && implied <= statements.length && own !== undefined &&
    own.length === statements.length && statements.toSorted().every((one, i) => one === own[i]);
}

const LATIN = new TextDecoder("latin1");
const UTF8 = new TextDecoder();

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
