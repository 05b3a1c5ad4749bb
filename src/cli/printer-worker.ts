import { parentPort } from 'node:worker_threads';
import { ownPrinter } from '../emit/typescript/printer.js';
import type { Printer } from '../emit/typescript/printer.js';
import { tsMorph } from '../emit/typescript/ts-morph.js';

export type PrintRequest =
  | { readonly method: 'interfaces'; readonly argument: Parameters<Printer['interfaces']>[0] }
  | { readonly method: 'javaScript'; readonly argument: Parameters<Printer['javaScript']>[0] };

/** In the order of the requests. */
export type PrintReply = { readonly value: unknown } | { readonly error: unknown };

// The other end of `PrinterThread`. The compiler is loaded before anybody asks.
tsMorph();
let previous = Promise.resolve();
parentPort?.on('message', (request: PrintRequest) => {
  previous = previous.then(async () => {
    parentPort?.postMessage(await replyTo(request));
  });
});

async function replyTo(request: PrintRequest): Promise<PrintReply> {
  try {
    return { value: await (request.method === 'interfaces' ? ownPrinter.interfaces(request.argument) : ownPrinter.javaScript(request.argument)) };
  } catch (error) {
    return { error };
  }
}
