// An ActivityPub server for tests: three actors, an outbox in pages. Usage: node fedify.mjs PORT
import http from 'node:http';
import { createFederation, MemoryKvStore, Person, Create, Announce, Note, PUBLIC_COLLECTION } from '@fedify/fedify';

const port = Number(process.argv[2]);
const federation = createFederation({ kv: new MemoryKvStore(), allowPrivateAddress: true });
import { Temporal } from '@js-temporal/polyfill';
const instant = (n) => Temporal.Instant.from(`2024-01-0${n}T10:00:00Z`);

federation.setActorDispatcher('/users/{identifier}', (context, identifier) => {
  const id = context.getActorUri(identifier);
  const common = { id, preferredUsername: identifier, inbox: context.getInboxUri(identifier), outbox: context.getOutboxUri(identifier) };
  if (identifier === 'alice') {
    return new Person({ ...common, name: 'Alice Lorem', summary: '<p>lorem</p>', published: instant(1), aliases: [context.getActorUri('old')] });
  }
  if (identifier === 'moved') return new Person({ ...common, name: 'Moved', successor: context.getActorUri('alice') });
  if (identifier === 'suspended') return new Person({ ...common, name: 'Suspended', suspended: true });
  return null;
});
federation.setInboxListeners('/users/{identifier}/inbox', '/inbox');

function note(context, n) {
  const actor = context.getActorUri('alice');
  const id = new URL(`/users/alice/notes/${n}`, context.origin);
  const audience = n === 4 ? { to: new URL('/users/alice/followers', context.origin) } : { to: PUBLIC_COLLECTION };
  const object = new Note({ id, attribution: actor, content: `<p>note ${n}</p>`, published: instant(n), ...audience });
  return new Create({ id: new URL('#create', id), actor, object, published: instant(n), ...audience });
}

federation.setOutboxDispatcher('/users/{identifier}/outbox', (context, identifier, cursor) => {
  if (identifier !== 'alice') return null;
  if (cursor === '0') {
    const boost = new Announce({
      id: new URL('/users/alice/boosts/6', context.origin),
      actor: context.getActorUri('alice'),
      object: new URL('https://other.example/users/ipsum/statuses/9'),
      published: instant(6),
      to: PUBLIC_COLLECTION,
    });
    return { items: [boost, note(context, 5), note(context, 4)], nextCursor: '1' };
  }
  return { items: [3, 2, 1].map((n) => note(context, n)), nextCursor: null };
}).setFirstCursor(() => '0');

http.createServer(async (asked, answer) => {
  const headers = new Headers();
  for (let i = 0; i < asked.rawHeaders.length; i += 2) headers.append(asked.rawHeaders[i], asked.rawHeaders[i + 1]);
  const request = new Request(`http://${asked.headers.host}${asked.url}`, { method: asked.method, headers });
  const response = await federation.fetch(request, { contextData: undefined });
  answer.writeHead(response.status, Object.fromEntries(response.headers));
  answer.end(Buffer.from(await response.arrayBuffer()));
}).listen(port, '127.0.0.1');
