const HIDDEN = '***';

/**
 * A broker's address without its secrets, fit for messages, logs and health output: user and password of a URL become
 * `***`, and so do the values of its query. What is no URL is hidden as a whole, since nobody knows what is in it.
 *
 * @example
 * redactUrl('redis://app:s3cret@cache:6379/2'); // 'redis://***@cache:6379/2'
 */
export function redactUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return HIDDEN;
  const credentials = parsed.username === '' && parsed.password === '' ? '' : `${HIDDEN}@`;
  const query = [...parsed.searchParams.keys()].map((key) => `${encodeURIComponent(key)}=${HIDDEN}`);
  return `${parsed.protocol}//${credentials}${parsed.host}${parsed.pathname}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}

/**
 * A text without the secrets that it might quote: every URL in it is redacted, and each of the given secrets is hidden.
 * What drivers say of a failed connection goes through it.
 */
export function redactText(text: string, secrets: readonly string[] = []): string {
  const withoutUrls = text.replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]*[^\s"'<>,;.)`]/gi, (url) =>
    redactUrl(url),
  );
  return secrets
    .filter((secret) => secret.length > 0)
    .reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), withoutUrls);
}
