// The story of a number: the things that belong to it and what happened to them, put together from what each service tells of its own.
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { millis } from '../../physics/time';

export type ThingKind = 'lot' | 'batch' | 'dose' | 'order' | 'package' | 'label' | 'waste' | 'container';

/** Something that has a number. */
export interface Thing {
  readonly kind: ThingKind;
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** Address of the screen that works on it; empty when it has none. */
  readonly screen: string;
  /** Thing it came from, for what lies under another on the screen. */
  readonly of?: string;
}

/** Something that happened. */
export interface Happening {
  readonly at: number;
  readonly what: string;
  readonly who: string;
  readonly thing: string;
  readonly more: string;
  readonly signed: boolean;
}

/** Things and what happened to them, in the order of time. */
export class Story {
  readonly things = new Map<string, Thing>();
  readonly happenings: Happening[] = [];

  /** Adds a thing once. */
  add(thing: Thing): void {
    if (thing.id !== '' && !this.things.has(thing.id)) this.things.set(thing.id, thing);
  }

  /** Adds what happened; nothing when it has not happened yet. */
  tell(at: Timestamp | undefined, what: string, thing: string, who = '', more = '', signed = false): void {
    const ms = millis(at);
    if (ms !== null) this.happenings.push({ at: ms, what, who, thing, more, signed });
  }

  /** Things of a kind. */
  of(...kinds: ThingKind[]): Thing[] {
    return [...this.things.values()].filter((thing) => kinds.includes(thing.kind));
  }

  sorted(): Happening[] {
    return [...this.happenings].sort((a, b) => a.at - b.at);
  }
}
