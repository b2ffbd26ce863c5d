import { userInfo } from 'node:os';

/** The name of the account this runs under: who saves, who answers, when nobody says otherwise. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'a person'; // an account without a name, as some containers have
  }
}
