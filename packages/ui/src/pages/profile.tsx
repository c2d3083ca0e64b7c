import type { JSX } from "preact";

export function ProfilePage(): JSX.Element {
  return <h1>Profile</h1>;
}
