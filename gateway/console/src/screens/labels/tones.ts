import { LabelFate, PrintState, type Label } from '../../generated/doseline/labeling/v1/labels_pb';
import type { Tone } from '../../ui/Panel';
import { labelTexts as t } from '../../text/labels';

/** Colour and word of where a label stands: what became of it once that is decided, else its print job. */
export function standing(label: Label): { tone: Tone; text: string } {
  if (label.fate === LabelFate.APPLIED) return { tone: 'ok', text: t.fates[label.fate]! };
  if (label.fate !== LabelFate.UNSPECIFIED) return { tone: 'plain', text: t.fates[label.fate]! };
  return { tone: label.state === PrintState.FAILED ? 'stop' : label.state === PrintState.VERIFIED ? 'ok' : label.state === PrintState.PRINTED ? 'live' : 'warn', text: t.states[label.state]! };
}
