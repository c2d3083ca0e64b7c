import type { ComponentChildren, JSX } from "preact";

export interface ButtonProps {
  readonly onClick: () => void;
  readonly children: ComponentChildren;
  /** Needed when the children are a sign and no words. */
  readonly label?: string;
  readonly title?: string;
  readonly isPressed?: boolean;
  readonly isDisabled?: boolean;
  readonly kind?: "plain" | "primary" | "quiet";
}

export function Button(props: ButtonProps): JSX.Element {
  const { onClick, children, label, title, isPressed, isDisabled = false, kind = "plain" } = props;
  return (
    <button
      type="button"
      class={`button button-${kind}`}
      aria-label={label}
      aria-pressed={isPressed}
      title={title ?? label}
      disabled={isDisabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly text: string;
}

/** A row of buttons of which one is pressed. */
export function Choices<T extends string>(props: {
  readonly label: string;
  readonly choices: readonly Choice<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}): JSX.Element {
  return (
    <fieldset class="choices">
      <legend class="hidden">{props.label}</legend>
      {props.choices.map(({ value, text }) => (
        <Button key={value} isPressed={value === props.value} onClick={() => props.onChange(value)}>
          {text}
        </Button>
      ))}
    </fieldset>
  );
}
