// Server-sent events read with fetch, because EventSource can send no header.

export interface SseEvent {
  id: string;
  event: string;
  data: string;
}

// Feeds on text in any split; gives the events that are complete.
export function sseParser(): (text: string) => SseEvent[] {
  let rest = '';
  let event = '';
  let data: string[] = [];
  let id = '';
  return (text) => {
    const out: SseEvent[] = [];
    rest += text;
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(rest);
      if (!end) return out;
      const line = rest.slice(0, end.index);
      rest = rest.slice(end.index + end[0].length);
      if (line === '') {
        if (data.length > 0) out.push({ id, event: event || 'message', data: data.join('\n') });
        event = '';
        data = [];
        continue;
      }
      if (line.startsWith(':')) continue;
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') event = value;
      else if (field === 'data') data.push(value);
      else if (field === 'id') id = value;
    }
  };
}

export async function readEvents(body: ReadableStream<Uint8Array>, each: (event: SseEvent) => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parse = sseParser();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const event of parse(decoder.decode(value, { stream: true }))) each(event);
  }
}
