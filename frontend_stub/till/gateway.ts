// The till's way to the gateway: a token of the chosen institution, and trusted documents by id.

import type { Document } from "../generated/till_operations";

/** Where the gateway is, seen from the page; the build says so. */
declare const __GATEWAY__: string;

const PATIENCE_MS = 15_000;

/**
 * There is no answer.
 *
 * After SILENT it is unknown whether something was done: only the same key may be sent again.
 * After FAULT nothing was done, and the key is not used up.
 */
export class Trouble extends Error {
  constructor(
    readonly kind: "SILENT" | "FAULT",
    readonly code: string,
  ) {
    super(code);
  }
}

export interface Institution {
  readonly name: string;
  readonly code: string;
}

export interface Person {
  readonly name: string;
  readonly idNumber: string;
}

/** Who plays in the demonstration. */
export interface Cast {
  readonly people: readonly Person[];
  readonly institutions: readonly Institution[];
}

interface Told<Answer> {
  readonly data?: Answer | null;
  readonly errors?: readonly {
    readonly extensions?: { readonly code?: string; readonly retryable?: boolean };
  }[];
}

/**
 * Return the demo cast; undefined where the gateway has no development tokens.
 *
 * @throws Trouble it is not known.
 */
export async function castOf(): Promise<Cast | undefined> {
  const answer = await sent("/development/people", { method: "GET" });
  if (answer.status === 404) return undefined;
  return read<Cast>(answer);
}

/**
 * Return a token of a demo person or of an institution's clerk.
 *
 * @throws Trouble there is none; FAULT: they are not in this database.
 */
export async function tokenOf(
  who: { readonly idNumber: string } | { readonly institutionCode: string },
): Promise<string> {
  const answer = await sent("/development/tokens", posting(who));
  if (answer.status === 404) throw new Trouble("FAULT", "NOT_FOUND");
  return (await read<{ token: string }>(answer)).token;
}

/** The gateway as the till of one institution meets it. */
export class Gateway {
  constructor(private readonly token: string) {}

  /**
   * Ask for one of the till's documents.
   *
   * @throws Trouble there is no answer.
   */
  async ask<Answer, Variables>(
    document: Document<Answer, Variables>,
    variables: Variables,
  ): Promise<Answer> {
    const body = {
      operationName: document.name,
      variables,
      extensions: { persistedQuery: { version: 1, sha256Hash: document.id } },
    };
    const told = await read<Told<Answer>>(await sent("/graphql", posting(body, this.token)));
    const failure = told.errors?.[0];
    if (failure) throw troubleOf(failure.extensions ?? {});
    if (!told.data) throw new Trouble("SILENT", "EMPTY");
    return told.data;
  }
}

function troubleOf({ code = "INTERNAL", retryable = false }): Trouble {
  return new Trouble(retryable || code === "INTERNAL" ? "SILENT" : "FAULT", code);
}

function posting(body: object, token?: string): RequestInit {
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  return {
    method: "POST",
    headers: { "content-type": "application/json", ...authorization },
    body: JSON.stringify(body),
  };
}

async function sent(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(__GATEWAY__ + path, {
      ...request,
      signal: AbortSignal.timeout(PATIENCE_MS),
      credentials: "omit",
      cache: "no-store",
    });
  } catch {
    throw new Trouble("SILENT", "OFFLINE");
  }
}

async function read<Answer>(answer: Response): Promise<Answer> {
  try {
    return (await answer.json()) as Answer;
  } catch {
    throw new Trouble("SILENT", `HTTP_${answer.status}`);
  }
}
