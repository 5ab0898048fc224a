// What anyone sees who is not signed in. The password is typed on the identity service's page, never here.
import { texts } from '../text/en';

/** The way to the sign-in page and back to where one was. */
export function SignIn({ locked }: { locked: boolean }) {
  const back = encodeURIComponent(location.pathname + location.search);
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <p className="brand">{texts.brand}</p>
        <h1>{locked ? texts.signIn.locked : texts.signIn.title}</h1>
        <p>{locked ? texts.signIn.lockedWhy : texts.signIn.why}</p>
        <a className="button primary large" href={`/session/login?return=${back}`} autoFocus>{texts.signIn.go}</a>
      </div>
    </main>
  );
}
