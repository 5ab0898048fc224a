// Values of a step: what was typed, whether it can be sent, whether it is in limit.
import { create } from '@bufbuild/protobuf';
import { DurationSchema } from '@bufbuild/protobuf/wkt';
import { InputType, type StepInput } from '../../generated/doseline/execution/v1/recipes_pb';
import { StepValueSchema, type StepValue } from '../../generated/doseline/execution/v1/batches_pb';
import { numberOf } from '../../ui/Fields';
import { instantOf, timestamp } from '../../physics/time';
import { batchTexts as t } from '../../text/batches';

/** What was typed, by code of the input. */
export type Typed = Readonly<Record<string, string>>;

/** What is wrong with the text of an input; null when it can be sent. */
export function faultOf(input: StepInput, text: string): string | null {
  if (text.trim() === '') return input.mayBeLeftOut ? null : t.missingValue;
  if ((input.type === InputType.NUMBER || input.type === InputType.DURATION) && numberOf(text) === null) return t.notANumber;
  return null;
}

/** False when the value would be out of limit; the services judge it again and for good. */
export function isInside(input: StepInput, text: string): boolean {
  if (text.trim() === '') return true;
  if (input.type === InputType.BOOLEAN) return input.expected === undefined || (text === 'yes') === input.expected;
  if (input.type !== InputType.NUMBER && input.type !== InputType.DURATION) return true;
  const number = numberOf(text);
  return number === null || ((input.minimum === undefined || number >= input.minimum) && (input.maximum === undefined || number <= input.maximum));
}

/** The values to send, in the type of each input. */
export function valuesOf(inputs: readonly StepInput[], typed: Typed, zone: string): StepValue[] {
  return inputs.flatMap((input) => {
    const text = (typed[input.code] ?? '').trim();
    return text === '' ? [] : [create(StepValueSchema, { code: input.code, value: valueOf(input.type, text, zone) })];
  });
}

function valueOf(type: InputType, text: string, zone: string): StepValue['value'] {
  switch (type) {
    case InputType.NUMBER: return { case: 'number', value: numberOf(text) ?? NaN };
    case InputType.BOOLEAN: return { case: 'boolean', value: text === 'yes' };
    case InputType.INSTANT: return { case: 'instantTime', value: timestamp(instantOf(text, zone) ?? NaN) };
    case InputType.DURATION: {
      const seconds = numberOf(text) ?? 0;
      return { case: 'duration', value: create(DurationSchema, { seconds: BigInt(Math.trunc(seconds)), nanos: Math.round((seconds % 1) * 1e9) }) };
    }
    case InputType.EQUIPMENT: return { case: 'equipmentId', value: text };
    default: return { case: 'choice', value: text };
  }
}
