import { now } from '../../app/clock';
import type { Equipment } from '../../generated/doseline/execution/v1/equipment_pb';
import { InputType, type StepInput } from '../../generated/doseline/execution/v1/recipes_pb';
import { Choices, LocalTimeField, NumberField, SelectField } from '../../ui/Fields';
import { localText } from '../../physics/time';
import { texts } from '../../text/en';
import { batchTexts as t } from '../../text/batches';
import { faultOf, isInside, type Typed } from './values';

interface Props {
  inputs: readonly StepInput[];
  typed: Typed;
  type(code: string, text: string): void;
  tried: boolean;
  zone: string;
  equipment: readonly Equipment[];
}

/** The fields of a step, each in its type, with its limits beside it. */
export function StepInputs({ inputs, typed, type, tried, zone, equipment }: Props) {
  return (
    <>
      {inputs.map((input) => {
        const value = typed[input.code] ?? '';
        const outside = !isInside(input, value);
        const wrong = (tried && faultOf(input, value)) || (outside ? t.outside : undefined);
        const hint = [limitsOf(input), input.mayBeLeftOut && t.mayBeLeft].filter(Boolean).join(' · ') || undefined;
        const common = { label: input.title, hint, wrong, value, onChange: (text: string) => type(input.code, text) };
        return <div key={input.code} data-input={input.code} data-outside={outside || undefined}>{field(input, common, zone, equipment, type)}</div>;
      })}
    </>
  );
}

type Common = { label: string; hint: string | undefined; wrong: string | undefined; value: string; onChange(text: string): void };

function field(input: StepInput, common: Common, zone: string, equipment: readonly Equipment[], type: Props['type']) {
  switch (input.type) {
    case InputType.BOOLEAN:
      return (
        <>
          <Choices<string> label={common.label} value={common.value} onChange={common.onChange} options={[['yes', texts.yes], ['no', texts.no]]} />
          {common.wrong && <p className="small warn-text">{common.wrong}</p>}
        </>
      );
    case InputType.CODE:
      return <Choices<string> label={common.label} value={common.value} onChange={common.onChange} options={input.choices.map((choice) => [choice, choice] as const)} />;
    case InputType.INSTANT:
      return (
        <div className="row">
          <LocalTimeField {...common} zone={zone} />
          <button type="button" className="button" onClick={() => type(input.code, localText(now(), zone))}>{t.nowButton}</button>
        </div>
      );
    case InputType.EQUIPMENT:
      return <SelectField {...common} empty="" options={equipment.map((each) => [each.equipmentId, each.code] as const)} />;
    case InputType.DURATION:
      return <NumberField {...common} unit={t.secondsUnit} />;
    default:
      return <NumberField {...common} unit={unitText(input.unit)} />;
  }
}

/** Limits of an input in words; null when it has none. */
export function limitsOf(input: StepInput): string | null {
  if (input.type === InputType.BOOLEAN) return input.expected === undefined ? null : t.expected(input.expected ? texts.yes : texts.no);
  if (input.minimum === undefined && input.maximum === undefined) return null;
  return t.limits(input.minimum === undefined ? null : String(input.minimum), input.maximum === undefined ? null : String(input.maximum), input.type === InputType.DURATION ? t.secondsUnit : unitText(input.unit));
}

/** A UCUM unit as people write it. */
export const unitText = (ucum: string): string => ({ Cel: '°C', '1': '', '%': '%' })[ucum] ?? ucum;
