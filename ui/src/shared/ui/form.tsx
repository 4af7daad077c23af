import clsx from 'clsx';
import { CircleAlert, Eye, EyeOff, type LucideIcon } from 'lucide-react';
import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './button';
import css from './form.module.css';

interface FieldProps {
  label: ReactNode;
  help?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  hideLabel?: boolean;
}
interface Wired {
  id: string;
  'aria-invalid': boolean | undefined;
  'aria-describedby': string | undefined;
}

// Label above, help below, and the error at the place where it can be mended.
export function Field({ label, help, error, optional, hideLabel, children }: FieldProps & { children: (wired: Wired) => ReactNode }) {
  const { t } = useTranslation();
  const id = useId();
  const described = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(' ');
  return (
    <div className={css.field}>
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : css.label}>
        {label} {optional && <span className={css.optional}>{t('form.optional')}</span>}
      </label>
      {children({ id, 'aria-invalid': error ? true : undefined, 'aria-describedby': described || undefined })}
      {error && (
        <p id={`${id}-error`} className={css.error} role="alert">
          <CircleAlert size={14} aria-hidden />
          {error}
        </p>
      )}
      {help && <p id={`${id}-help`} className={css.help}>{help}</p>}
    </div>
  );
}

type InputProps = FieldProps & Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> & { onText: (text: string) => void; code?: boolean };
export function TextField({ label, help, error, optional, hideLabel, onText, code, className, ...rest }: InputProps) {
  return (
    <Field {...{ label, help, error, optional, hideLabel }}>
      {(wired) => (
        <input type="text" autoComplete="off" spellCheck={false} {...rest} {...wired} className={clsx(css.input, code && css.code, className)} onChange={(event) => onText(event.target.value)} />
      )}
    </Field>
  );
}

export function SecretField({ label, help, error, optional, hideLabel, onText, ...rest }: InputProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Field {...{ label, help, error, optional, hideLabel }}>
      {(wired) => (
        <div className={css.withButton}>
          <input autoComplete="off" spellCheck={false} {...rest} {...wired} type={open ? 'text' : 'password'} className={clsx(css.input, css.code)} onChange={(event) => onText(event.target.value)} />
          <IconButton icon={open ? EyeOff : Eye} label={t(open ? 'action.hide' : 'action.show')} aria-pressed={open} onClick={() => setOpen(!open)} />
        </div>
      )}
    </Field>
  );
}

type AreaProps = FieldProps & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange'> & { onText: (text: string) => void };
export function TextArea({ label, help, error, optional, onText, ...rest }: AreaProps) {
  return (
    <Field {...{ label, help, error, optional }}>
      {(wired) => <textarea spellCheck={false} rows={5} {...rest} {...wired} className={clsx(css.input, css.code)} onChange={(event) => onText(event.target.value)} />}
    </Field>
  );
}

export interface Option {
  value: string;
  label: string;
  disabled?: boolean;
}
type SelectProps = FieldProps & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'onChange'> & { options: Option[]; onText: (value: string) => void };
export function Select({ label, help, error, optional, hideLabel, options, onText, className, ...rest }: SelectProps) {
  return (
    <Field {...{ label, help, error, optional, hideLabel }}>
      {(wired) => (
        <select {...rest} {...wired} className={clsx(css.input, className)} onChange={(event) => onText(event.target.value)}>
          {options.map((one) => <option key={one.value} value={one.value} disabled={one.disabled}>{one.label}</option>)}
        </select>
      )}
    </Field>
  );
}

export function Check({ label, checked, onChange, disabled }: { label: ReactNode; checked: boolean; onChange: (on: boolean) => void; disabled?: boolean }) {
  return (
    <label className={css.check}>
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

export function Switch({ label, on, onChange, disabled, hideLabel }: { label: string; on: boolean; onChange: (on: boolean) => void; disabled?: boolean; hideLabel?: boolean }) {
  return (
    <button type="button" role="switch" aria-checked={on} aria-label={hideLabel ? label : undefined} disabled={disabled} className={css.switch} onClick={() => onChange(!on)}>
      <span className={css.track} aria-hidden />
      {!hideLabel && label}
    </button>
  );
}

interface Choice {
  value: string;
  label: string;
  text?: string;
  disabled?: boolean;
}
export function Radios({ legend, name, value, choices, onChange, disabled, error }: { legend: string; name: string; value: string; choices: Choice[]; onChange: (value: string) => void; disabled?: boolean; error?: string | undefined }) {
  return (
    <fieldset className={css.radios} disabled={disabled}>
      <legend>{legend}</legend>
      <div className={css.radioRow}>
        {choices.map((one) => (
          <label key={one.value} className={css.radio}>
            <input type="radio" name={name} value={one.value} checked={one.value === value} disabled={one.disabled} onChange={() => onChange(one.value)} />
            <span>
              <strong>{one.label}</strong>
              {one.text && <small>{one.text}</small>}
            </span>
          </label>
        ))}
      </div>
      {error && <p className={css.error} role="alert"><CircleAlert size={14} aria-hidden />{error}</p>}
    </fieldset>
  );
}

export function Segments<T extends string>({ label, value, options, onChange, iconsOnly }: { label: string; value: T; options: { value: T; label: string; icon?: LucideIcon }[]; onChange: (value: T) => void; iconsOnly?: boolean }) {
  return (
    <div role="group" aria-label={label} className={css.segments}>
      {options.map(({ value: one, label: text, icon: Icon }) => (
        <button key={one} type="button" aria-pressed={one === value} aria-label={iconsOnly ? text : undefined} title={iconsOnly ? text : undefined} onClick={() => onChange(one)}>
          {Icon && <Icon size={iconsOnly ? 16 : 14} aria-hidden />}
          {!iconsOnly && text}
        </button>
      ))}
    </div>
  );
}
