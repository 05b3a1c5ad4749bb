import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A page with one script, under a policy of its own. */
export interface Page {
  readonly name: string;
  /** The Content-Security-Policy of the page and of its worker. */
  readonly policy: string;
  /** Modules by path, the page's own first: `{ 'page.js': …, 'worker.js': … }`. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

export interface PageServer {
  readonly url: string;
  /** What the pages posted, by their names, once all have. */
  readonly results: Promise<ReadonlyMap<string, unknown>>;
  close(): void;
}

const types = { html: 'text/html', js: 'text/javascript', wasm: 'application/wasm' } as const;

/** Serves pages to this machine alone, one after the other: each posts JSON to `result`, and gets the address of the next. */
export async function servePages(pages: readonly Page[]): Promise<PageServer> {
  const found = new Map<string, unknown>();
  let finish: (results: ReadonlyMap<string, unknown>) => void = () => undefined;
  const results = new Promise<ReadonlyMap<string, unknown>>((resolve) => { finish = resolve; });
  const server = createServer((request, response) => {
    const [, index = '', file = ''] = (request.url ?? '').split('/');
    const page = pages[Number(index)];
    if (page === undefined || index === '') {
      response.writeHead(404).end();
      return;
    }
    if (file === 'result') {
      void bodyOf(request).then((body) => {
        found.set(page.name, JSON.parse(body));
        response.end(Number(index) + 1 < pages.length ? `/${String(Number(index) + 1)}/` : '');
        if (found.size === pages.length) finish(found);
      });
      return;
    }
    const content = file === '' ? '<!doctype html><script type="module" src="page.js"></script>' : page.files[file];
    const ending = file === '' ? 'html' : file.endsWith('.wasm') ? 'wasm' : 'js';
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': types[ending], 'content-security-policy': page.policy }).end(content);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/0/`,
    results,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
