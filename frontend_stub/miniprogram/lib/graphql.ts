// The client of the gateway: trusted documents by their id, one answer or one trouble.

import type { Document } from "../../generated/operations";
import { leave, session, ward } from "./session";

/** Where the gateway is; the build says so. */
declare const __GATEWAY__: string;

/** Where the gateway is followed. */
export const SOCKET_URL = `${__GATEWAY__.replace(/^http/, "ws")}/graphql`;

const PATIENCE_MS = 15_000;

/** Why there is no answer. */
export type TroubleKind = "OFFLINE" | "UNAVAILABLE" | "FAULT";

/**
 * There is no answer.
 *
 * After OFFLINE and UNAVAILABLE it is unknown whether something was done: only the same key may
 * be sent again. After FAULT nothing was done.
 */
export class Trouble extends Error {
  constructor(
    readonly kind: TroubleKind,
    readonly code: string,
  ) {
    super(code);
  }
}

interface Failure {
  readonly extensions?: { readonly code?: string; readonly retryable?: boolean };
}

interface Told<Answer> {
  readonly data?: Answer | null;
  readonly errors?: readonly Failure[];
}

/**
 * Ask the gateway as the person of this phone.
 *
 * @throws Trouble there is no answer.
 */
export async function ask<Answer, Variables>(
  document: Document<Answer, Variables>,
  variables: Variables,
): Promise<Answer> {
  const told = await post<Told<Answer>>("/graphql", trusted(document, variables));
  const failure = told.errors?.[0];
  if (failure) throw troubleOf(failure);
  if (!told.data) throw new Trouble("UNAVAILABLE", "EMPTY");
  return told.data;
}

/** Name a trusted document to the gateway, which has its text, and say for whom it is asked. */
export function trusted<Answer, Variables>(
  document: Document<Answer, Variables>,
  variables: Variables,
) {
  return {
    operationName: document.name,
    variables: forWard(document, variables),
    extensions: { persistedQuery: { version: 1, sha256Hash: document.id } },
  };
}

/** Say for whom it is asked: the ward that was chosen, where the document takes one. */
export function forWard<Variables>(
  document: Pick<Document<unknown, Variables>, "ward">,
  variables: Variables,
): Variables {
  const onBehalfOf = ward()?.id;
  if (!onBehalfOf || !document.ward) return variables;
  if (document.ward === "variables") return { ...variables, onBehalfOf };
  const { input } = variables as { input: object };
  return { ...variables, input: { onBehalfOf, ...input } };
}

/**
 * Post JSON to a path of the gateway; whatever is JSON is an answer.
 *
 * @throws Trouble there is no answer.
 */
export function post<Answer>(path: string, body: object): Promise<Answer> {
  return send<Answer>("POST", path, body);
}

/**
 * Get JSON from a path of the gateway.
 *
 * @throws Trouble there is no answer.
 */
export function get<Answer>(path: string): Promise<Answer> {
  return send<Answer>("GET", path);
}

/**
 * Fetch a file from a path of the gateway that opens to whoever has it; return where it was put.
 *
 * @throws Trouble there is no file.
 */
export function fetchFile(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    wx.downloadFile({
      url: __GATEWAY__ + path,
      timeout: PATIENCE_MS,
      success: ({ statusCode, tempFilePath }) => {
        if (statusCode === 200) resolve(tempFilePath);
        else reject(new Trouble("FAULT", `HTTP_${statusCode}`));
      },
      fail: () => reject(new Trouble("OFFLINE", "OFFLINE")),
    });
  });
}

function send<Answer>(method: "GET" | "POST", path: string, body?: object): Promise<Answer> {
  const token = session()?.token;
  return new Promise((resolve, reject) => {
    wx.request({
      url: __GATEWAY__ + path,
      method,
      data: body,
      timeout: PATIENCE_MS,
      header: {
        "content-type": "application/json",
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      success: ({ statusCode, data }) => {
        if (statusCode === 404) reject(new Trouble("FAULT", "NOT_FOUND"));
        else if (typeof data === "object") resolve(data as unknown as Answer);
        else reject(new Trouble("UNAVAILABLE", `HTTP_${statusCode}`));
      },
      fail: () => reject(new Trouble("OFFLINE", "OFFLINE")),
    });
  });
}

function troubleOf(failure: Failure): Trouble {
  const code = failure.extensions?.code ?? "INTERNAL";
  if (code === "UNAUTHENTICATED") leave();
  const isUnknown = failure.extensions?.retryable === true || code === "INTERNAL";
  return new Trouble(isUnknown ? "UNAVAILABLE" : "FAULT", code);
}

/** Make the key of one thing that is wanted; every retry of it sends the same key. */
export function newKey(): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(Math.random() * 16));
  digits[12] = 4;
  digits[16] = 8 + (digits[16]! % 4);
  const text = digits.map((digit) => digit.toString(16)).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
