import { Worker } from 'node:worker_threads';
import type { JavaScriptModule } from '../emit/typescript/javascript.js';
import { ownPrinter } from '../emit/typescript/printer.js';
import type { Printer } from '../emit/typescript/printer.js';
import type { PrintReply, PrintRequest } from './printer-worker.js';

/**
 * Prints on a thread that loads the TypeScript compiler while this one loads a configuration and compiles its cells. An idle
 * thread does not keep the process from ending.
 */
export class PrinterThread implements Printer {
  readonly #worker = new Worker(new URL('./printer-worker.js', import.meta.url));
  readonly #waiting: { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }[] = [];

  constructor() {
    this.#worker.on('message', (reply: PrintReply) => {
      const asked = this.#waiting.shift();
      if (this.#waiting.length === 0) this.#worker.unref();
      if ('error' in reply) asked?.reject(reply.error);
      else asked?.resolve(reply.value);
    });
    this.#worker.on('error', (error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
    // Listening has made the process wait for it.
    this.#worker.unref();
  }

  interfaces(argument: Parameters<Printer['interfaces']>[0]): Promise<string> {
    return this.#ask({ method: 'interfaces', argument }) as Promise<string>;
  }

  javaScript(argument: string): Promise<JavaScriptModule> {
    return this.#ask({ method: 'javaScript', argument }) as Promise<JavaScriptModule>;
  }

  #ask(request: PrintRequest): Promise<unknown> {
    this.#worker.ref();
    this.#worker.postMessage(request);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}

/** A thread where there can be one: it runs compiled files only, and tests run the sources. */
export function startPrinter(): Printer {
  return import.meta.url.endsWith('.js') ? new PrinterThread() : ownPrinter;
}
