// Printing a part of a screen: that part alone, black on white, under a head that says where it is from; the browser's own dialog also saves it as PDF.

/** Prints a copy of an element; `head` stands above it, line by line. */
export function printPart(element: HTMLElement, title: string, head: readonly string[]): void {
  const host = document.createElement('div');
  host.className = 'printed';
  for (const [i, line] of head.entries()) {
    const each = document.createElement(i === 0 ? 'h1' : 'p');
    each.textContent = line;
    host.append(each);
  }
  const copy = element.cloneNode(true) as HTMLElement;
  for (const each of copy.querySelectorAll('button, input, select')) each.replaceWith(...each.childNodes);
  host.append(copy);
  printHost(host, title);
}

/** Prints what stands in an element that is put on the page for it, and takes it away again. */
export function printHost(host: HTMLElement, title: string): void {
  document.body.append(host);
  const before = document.title;
  // The name under which a browser saves the PDF.
  document.title = title;
  document.documentElement.classList.add('printing');
  addEventListener('afterprint', () => {
    document.documentElement.classList.remove('printing');
    document.title = before;
    host.remove();
  }, { once: true });
  print();
}
