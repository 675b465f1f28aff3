import { Link } from '@tanstack/react-router';
import { useLanguage } from '../i18n';

/** The pages of the console. The device pages belong to the operations. */
export function Navigation() {
  const { t } = useLanguage();
  return (
    <nav className="navigation" aria-label={t('app.pages')}>
      <Link to="/" activeOptions={{ exact: true, includeSearch: false }}>
        {t('app.operations')}
      </Link>
      <Link to="/quality">{t('quality.heading')}</Link>
      <Link to="/quarantine">{t('quarantine.heading')}</Link>
      <Link to="/onboarding">{t('onboarding.heading')}</Link>
    </nav>
  );
}

/** What the city collects about people is for everybody to read, signed in or not. */
export function PrivacyLink() {
  const { t, language } = useLanguage();
  return <a href={`/privacy-register?lang=${language}`}>{t('app.privacy')}</a>;
}
