import { useLocation } from 'wouter';
import type { ScreenEntry } from './screen';
import { Dialog } from '../ui/Dialog';
import { texts } from '../text/en';

/** What the screen in front is for, and the keys of the console. */
export function Help({ screens, close }: { screens: readonly ScreenEntry[]; close(): void }) {
  const [location] = useLocation();
  const here = screens.find((each) => (each.path === '/' ? location === '/' : location.startsWith(each.path)));
  return (
    <Dialog title={texts.help.title} onClose={close} onSubmit={close} foot={<button type="submit" className="button primary">{texts.close}</button>}>
      {here && <section className="stack"><h3>{texts.screens[here.id]}</h3><p>{texts.help.screens[here.id]}</p></section>}
      <p className="soft">{texts.help.scan}</p>
      <h3>{texts.help.keys}</h3>
      <dl className="keys">
        {texts.help.everywhere.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}
        {screens.map((each) => <div key={each.id}><dt><kbd>g</kbd> <kbd>{each.key}</kbd></dt><dd>{texts.screens[each.id]}</dd></div>)}
      </dl>
    </Dialog>
  );
}
