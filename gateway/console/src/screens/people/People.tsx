import { Route, Switch, useLocation } from 'wouter';
import { Screen } from '../../ui/Panel';
import { Tabs } from '../../ui/Tabs';
import { texts } from '../../text/en';
import { peopleTexts as t } from '../../text/people';
import { PeopleList } from './PeopleList';
import { PersonPage } from './PersonPage';
import { Procedures } from './Procedures';
import { RolesPage } from './RolesPage';
import { Training } from './Training';
import './people.css';

type Part = 'people' | 'training' | 'procedures' | 'roles';
const paths: Record<Part, string> = { people: '/people', training: '/people/training', procedures: '/people/procedures', roles: '/people/roles' };

/** People and training. */
export default function People() {
  return (
    <Switch>
      <Route path="/people/:part?">{(params) => (isPart(params.part) ? <Parts part={params.part ?? 'people'} /> : <PersonPage id={params.part!} />)}</Route>
    </Switch>
  );
}

const isPart = (part: string | undefined): part is Part | undefined => part === undefined || part in paths;

function Parts({ part }: { part: Part }) {
  const [, go] = useLocation();
  return (
    <Screen title={texts.screens.people} lead={t.lead}>
      <Tabs<Part> label={texts.screens.people} value={part} onChange={(next) => go(paths[next])} options={[['people', t.people], ['training', t.training], ['procedures', t.procedures], ['roles', t.roles]]}>
        {part === 'people' && <PeopleList />}
        {part === 'training' && <Training />}
        {part === 'procedures' && <Procedures />}
        {part === 'roles' && <RolesPage />}
      </Tabs>
    </Screen>
  );
}
