import type { KeyboardEvent } from 'react';
import { consoleHeader } from '../api/transport';
import { useSession } from './session';
import { choose, useSettings, type Density, type Theme } from './settings';
import { unitChoices } from '../physics/units';
import { Choices, SelectField } from '../ui/Fields';
import { roleText, texts } from '../text/en';

async function signOut(): Promise<void> {
  await fetch('/session/logout', { method: 'POST', credentials: 'same-origin', headers: consoleHeader() });
  location.assign('/');
}

// A menu is left as every other one is, and the focus goes back to what opened it.
function closeOnEscape(event: KeyboardEvent<HTMLDetailsElement>): void {
  if (event.key !== 'Escape' || !event.currentTarget.open) return;
  event.currentTarget.open = false;
  event.currentTarget.querySelector('summary')?.focus();
}

/** Who works here, and how they want to read: site, unit, theme. */
export function SettingsMenu({ help }: { help(): void }) {
  const session = useSession();
  const settings = useSettings();
  return (
    <div className="row">
      {session.allSites.length > 1 && (
        <div className="field">
          <label className="hidden-text" htmlFor="site">{texts.shell.site}</label>
          <select id="site" className="input" value={session.site?.siteId ?? ''} onChange={(event) => choose({ siteId: event.target.value })}>
            <option value="">{texts.shell.allSites}</option>
            {session.allSites.map((site) => <option key={site.siteId} value={site.siteId}>{site.name}</option>)}
          </select>
        </div>
      )}
      <Choices label={texts.shell.unit} hideLabel compact value={settings.unit} onChange={(unit) => choose({ unit })} options={unitChoices.map((unit) => [unit, texts.shell.units[unit]] as const)} />
      <details className="menu" onKeyDown={closeOnEscape}>
        <summary className="button" aria-label={`${session.name}, ${texts.shell.settings}`}>{session.name}</summary>
        <div>
          <p className="small"><span className="soft">{texts.shell.roles}: </span>{session.roles.map(roleText).join(', ')}</p>
          <SelectField
            label={texts.shell.theme} value={settings.theme} onChange={(theme) => choose({ theme: theme as Theme })}
            options={(['auto', 'light', 'dark'] as const).map((theme) => [theme, texts.shell.themes[theme]] as const)}
          />
          <SelectField
            label={texts.shell.density} value={settings.density} onChange={(density) => choose({ density: density as Density })}
            options={(['roomy', 'dense'] as const).map((density) => [density, texts.shell.densities[density]] as const)}
          />
          <button type="button" className="button" onClick={help}>{texts.help.title} <kbd>?</kbd></button>
          <button type="button" className="button" onClick={() => void signOut()}>{texts.signIn.out}</button>
        </div>
      </details>
    </div>
  );
}
