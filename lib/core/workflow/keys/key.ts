/**
 * What is known of a key of the workflow file, and of the field of a plan that it becomes. Each stands in
 * one record (`job_keys.ts`, `workflow_keys.ts`, `kinds/`), from which everybody takes a part: the reader of
 * files, the schema for editors, and the plan file with its hashes. This file knows no key.
 */
import * as z from "zod/mini";
import type { Diagnostic, DocumentPath } from "../diagnostic.ts";
import type { Environment, Plugin } from "../workflow.ts";

/** A node of a JSON Schema. */
export interface SchemaNode {
  [keyword: string]: unknown;
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
}

/** A key of a mapping in the file; `D` is the data that its shape lets through. */
export interface FileKey<D> {
  readonly shape: z.ZodMiniType<D>;
  /** Whether the mapping must have it. */
  readonly isRequired?: boolean;
  /** Makes what an editor can be told beside the shape: the default, patterns, examples. */
  schema?(): SchemaNode;
  /** The keys of its mapping, or of each mapping in its list, where they are fixed. */
  readonly inner?: FileKeys;
  /** Whether it is a list of mappings. */
  readonly isList?: boolean;
  /** Adds what a value of the right shape still gets wrong. */
  check?(value: D, path: DocumentPath, found: Diagnostic[]): void;
}

/** The keys of a mapping. */
export type FileKeys = Readonly<Record<string, FileKey<unknown>>>;

/** A mapping whose shape is known. */
export type DataOf<K extends FileKeys> =
  & {
    readonly [N in keyof K as K[N] extends Required ? N : never]: z.output<K[N]["shape"]>;
  }
  & {
    readonly [N in keyof K as K[N] extends Required ? never : N]?:
      | z.output<K[N]["shape"]>
      | undefined;
  };

type Required = { readonly isRequired: true };

/** What a file says for all of its jobs. */
export interface Around<C extends FileKeys> {
  /** Of `global_config`. */
  readonly common: DataOf<C>;
  readonly environment: Environment;
  readonly plugins: readonly Plugin[];
}

/** A field of a plan: the keys that it is read from, and how the plan keeps it. */
export interface Field<V, K extends FileKeys = FileKeys, C extends FileKeys = FileKeys> {
  /** The keys of its own mapping. */
  readonly keys: K;
  /** The keys of `global_config` that say it for all jobs. */
  readonly common?: C;
  /** Makes the value from what the file says. */
  read(data: DataOf<K>, around: Around<C>): V;
  /** Makes the shape of what a plan file may hold. */
  stored(): z.ZodMiniType<V>;
  /** What holds where nothing is said, here and in plans that were written before there was this field. */
  readonly standard?: V;
  /** What of it bears on what a job does and when: `nothing`, `whole`, or a part. */
  matters(value: V): unknown;
  /** Whether it means something only to jobs that are processes. */
  readonly isOfProcesses?: boolean;
  /** Makes what an editor can be told of the mapping as a whole. */
  schema?(): SchemaNode;
  /** Adds what it gets wrong together with other keys of its mapping, which is at `path`. */
  check?(data: DataOf<K>, around: Around<C>["common"], place: CheckedPlace): void;
}

/** Which mapping is checked, and where its mistakes go. */
export interface CheckedPlace {
  readonly path: DocumentPath;
  readonly found: Diagnostic[];
}

/** The fields of a mapping. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** One field for each property of `T`. */
export type FieldsOf<T> = { readonly [N in keyof T]: Field<T[N]> };

/** All of a value bears on what a job does. */
export function whole<V>(value: V): V {
  return value;
}

/** Nothing of it does. */
export function nothing(): void {}

/** The values of fields. */
export type Values<F extends Fields> = {
  readonly [N in keyof F]: ReturnType<F[N]["read"]>;
};

type Merged<U> = (U extends unknown ? (value: U) => void : never) extends
  (value: infer I extends FileKeys) => void ? I : never;

/** The keys that fields are read from. */
export type KeysOf<F extends Fields> = Merged<F[keyof F]["keys"]>;

/** The keys of `global_config` that fields are read from. */
export type CommonOf<F extends Fields> = Merged<
  { [N in keyof F]: F[N] extends { readonly common: infer C } ? C : Record<never, never> }[keyof F]
>;

/** A field, with the types of its keys kept. */
export function field<V, K extends FileKeys, C extends FileKeys = Record<never, never>>(
  of: Field<V, K, C>,
): Field<V, K, C> & { readonly common: C } {
  return of as Field<V, K, C> & { readonly common: C };
}

/** A key with the type of its data kept. */
export function key<D>(
  shape: z.ZodMiniType<D>,
  of: Omit<FileKey<D>, "shape" | "isRequired"> = {},
): FileKey<D> {
  return { shape, ...of };
}

/** A key that its mapping must have. */
export function requiredKey<D>(
  shape: z.ZodMiniType<D>,
  of: Omit<FileKey<D>, "shape" | "isRequired"> = {},
): FileKey<D> & Required {
  return { shape, ...of, isRequired: true };
}

/** A mapping of these keys and no others. */
export function mapping<K extends FileKeys>(inner: K): FileKey<DataOf<K>> & { readonly inner: K } {
  const checkInner = checkerOf(inner);
  return {
    shape: shapeOf(inner),
    inner,
    check: (data, path, found) => checkInner(data, { path, found }),
  };
}

/** A list of such mappings. */
export function mappings<K extends FileKeys>(
  inner: K,
  shape: z.ZodMiniType<DataOf<K>> = shapeOf(inner),
): FileKey<DataOf<K>[]> & { readonly inner: K } {
  return { shape: z.array(shape), inner, isList: true };
}

/** What zod makes of a mapping of these keys and no others. */
export function shapeOf<K extends FileKeys>(keys: K): z.ZodMiniType<DataOf<K>> {
  const shapes = Object.entries(keys).map(([name, { shape, isRequired }]) =>
    [name, isRequired === true ? shape : optional(shape)] as const
  );
  return z.strictObject(Object.fromEntries(shapes)) as unknown as z.ZodMiniType<DataOf<K>>;
}

/** Many keys are plain text: that this may lack is one shape, since each takes time to make at the start. */
const OPTIONAL = new WeakMap<z.ZodMiniType, z.ZodMiniType>();

function optional(shape: z.ZodMiniType): z.ZodMiniType {
  const known = OPTIONAL.get(shape) ?? z.optional(shape);
  OPTIONAL.set(shape, known);
  return known;
}

/** What adds the mistakes in the values of a mapping of the right shape, each by itself. */
export function checkerOf<K extends FileKeys>(
  keys: K,
): (data: DataOf<K>, place: CheckedPlace) => void {
  const checked = Object.entries(keys).filter(([, { check }]) => check !== undefined);
  return (data, { path, found }) => {
    const values: Readonly<Record<string, unknown>> = data;
    for (const [name, key] of checked) {
      const value = values[name];
      if (value !== undefined) key.check!(value, [...path, name], found);
    }
  };
}

/** The keys that fields are read from, each once. */
export function keysOf<F extends Fields>(fields: F): KeysOf<F> {
  return Object.assign({}, ...Object.values(fields).map(({ keys }) => keys));
}

/** The keys of `global_config` that fields are read from, each once. */
export function commonOf<F extends Fields>(fields: F): CommonOf<F> {
  return Object.assign({}, ...Object.values(fields).map(({ common }) => common));
}

/** What reads the values of fields from a mapping of their keys. */
export function readerOf<F extends Fields>(
  fields: F,
): (data: DataOf<KeysOf<F>>, around: Around<CommonOf<F>>) => Values<F> {
  const entries = Object.entries(fields);
  return (data, around) => {
    const values: Record<string, unknown> = {};
    for (const [name, field] of entries) values[name] = field.read(data, around);
    return values as Values<F>;
  };
}

/** The values of fields where nothing is said; those that must be said are left out. */
export function standardOf<F extends Fields>(fields: F): Values<F> {
  const said = Object.entries(fields).filter(([, { standard }]) => standard !== undefined);
  return Object.fromEntries(said.map(([name, { standard }]) => [name, standard])) as Values<F>;
}

/**
 * What a plan file may hold of fields. What it lacks was written before there was the field, and has its
 * standard value; what it has beside them was written by a newer version, and is left out.
 */
export function storedOf<F extends Fields>(fields: F): z.ZodMiniType<Values<F>> {
  return z.object(storedShapes(fields)) as unknown as z.ZodMiniType<Values<F>>;
}

/** As `storedOf`, for a mapping that holds other things too. */
export function storedShapes<F extends Fields>(
  fields: F,
): { readonly [N in keyof F]: z.ZodMiniType<Values<F>[N]> } {
  const shapes = Object.entries(fields).map(([name, field]) => [name, field.stored()] as const);
  return withStandards(Object.fromEntries(shapes), standardOf(fields)) as {
    [N in keyof F]: z.ZodMiniType<Values<F>[N]>;
  };
}

/** Shapes of a stored mapping, where what has a standard value may lack. */
export function withStandards<S extends Readonly<Record<string, z.ZodMiniType>>>(
  shapes: S,
  standards: { readonly [N in keyof S]?: z.output<S[N]> },
): S {
  const entries = Object.entries(shapes).map(([name, shape]) =>
    [name, Object.hasOwn(standards, name) ? z._default(shape, standards[name]) : shape] as const
  );
  return Object.fromEntries(entries) as S;
}
