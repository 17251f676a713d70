import { useState } from 'react';
import { apiBase } from '../place';
import { signIn } from '../session';
import { useAction } from './polled';
import { Field, Form, Panel, Trouble } from './ui';

/** Takes a key in: the server asks for one with the scope admin. */
export function SignIn({ done, error }: { done: () => void; error: string }) {
  const [token, setToken] = useState('');
  const [refusal, setRefusal] = useState('');
  const action = useAction();
  const send = async () => {
    const wrong = await signIn(apiBase(), token.trim());
    setRefusal(wrong);
    if (!wrong) done();
  };
  return (
    <Panel
      title="Sign in"
      about="A key or token with the scope admin is needed. The server printed a link with one at its first start; `chandlery keys create NAME --scope admin` makes another."
    >
      <Form action={action} work={send}>
        <Field label="Key" type="password" value={token} onChange={setToken} />
        <button type="submit" disabled={!token.trim() || action.isBusy}>
          Sign in
        </button>
      </Form>
      <Trouble error={refusal || action.error || error} />
    </Panel>
  );
}
