import type { ComponentType, LazyExoticComponent } from 'react';
import type { texts } from '../text/en';

/** A screen of the console. */
export interface ScreenEntry {
  readonly id: keyof typeof texts.screens;
  readonly path: string;
  /** Roles whose work it is; it stands first for them, and can be opened by everybody. */
  readonly for: 'all' | readonly string[];
  /** Key that opens it after "g". */
  readonly key: string;
  readonly page: LazyExoticComponent<ComponentType>;
  /** Drawing of its sign in the rail, in a box of 24. */
  readonly sign: string;
}
