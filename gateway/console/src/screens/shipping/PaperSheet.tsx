// The paper is a page of its own, made and hashed by the service. It is shown as it is, in a tree that nothing of this page's style reaches. Its own
// style is taken over as a constructed sheet, because the content security policy allows no style inside a page.
import { useEffect, useRef } from 'react';
import { printHost } from '../../ui/print';

function take(html: string): { style: CSSStyleSheet; body: Node[] } {
  const styles: string[] = [];
  const parsed = new DOMParser().parseFromString(html.replace(/<style>(.*?)<\/style>/gs, (_, text: string) => { styles.push(text); return ''; }), 'text/html');
  const style = new CSSStyleSheet();
  // "body" of the paper is the host of its tree here.
  style.replaceSync(styles.join('\n').replace(/\bbody\b/g, ':host'));
  // Nothing in a paper runs or loads anything; what could is left behind.
  for (const each of parsed.body.querySelectorAll('script, iframe, object, embed, link, img')) each.remove();
  return { style, body: [...parsed.body.childNodes].map((node) => document.importNode(node, true)) };
}

function fill(host: HTMLElement, html: string): void {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const { style, body } = take(html);
  root.adoptedStyleSheets = [style];
  root.replaceChildren(...body);
}

/** The paper on the screen, black on white as on paper. */
export function PaperSheet({ html, title }: { html: string; title: string }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (ref.current) fill(ref.current, html);
  }, [html]);
  return <div className="paper-sheet" role="region" aria-label={title} tabIndex={0}><div ref={ref} /></div>;
}

/** Prints the paper and nothing else; the browser's own dialog also saves it as PDF. */
export function printPaper(html: string, title: string): void {
  const host = document.createElement('div');
  host.className = 'printed';
  fill(host, html);
  printHost(host, title);
}
