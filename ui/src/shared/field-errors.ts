import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/client';

// Errors of the server at the field that they name; what names no field stands above the buttons. Nothing is cleared.
export function useFieldErrors(known: string[]) {
  const { t } = useTranslation();
  const [errors, setErrors] = useState<Record<string, string>>({});
  const take = (error: unknown): void => {
    if (!(error instanceof ApiError)) {
      setErrors({ '': error instanceof Error ? error.message : String(error) });
      return;
    }
    if (error.status === 0) return setErrors({ '': `${t('error.offline')} ${t('error.offline_remedy')}` });
    const field = (error.field ?? '').replace(/\[.*$/, '');
    setErrors({ [known.includes(field) ? field : '']: error.message });
  };
  return { errors, take, set: setErrors, clear: () => setErrors({}) };
}
