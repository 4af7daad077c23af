import { Component, type ReactNode } from 'react';
import { withTranslation, type WithTranslation } from 'react-i18next';
import { Button, CopyButton } from '../shared/ui/button';
import { Note } from '../shared/ui/layout';

class Boundary extends Component<WithTranslation & { children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null };
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override render() {
    const { error } = this.state;
    const { t } = this.props;
    if (!error) return this.props.children;
    return (
      <div style={{ padding: 24 }}>
        <Note
          tone="danger"
          role="alert"
          actions={
            <>
              <Button small onClick={() => location.reload()}>{t('action.reload')}</Button>
              <CopyButton small text={`${error.message}\n${error.stack ?? ''}`}>{t('action.copy_details')}</CopyButton>
            </>
          }
        >
          <strong>{t('error.page')}</strong> {error.message}
        </Note>
      </div>
    );
  }
}

export const ErrorBoundary = withTranslation()(Boundary);
