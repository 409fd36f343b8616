import { definePlugin, type Plugin, type PluginDefinition, type StageContext } from 'mortise';

type Work = (context: StageContext) => void | Promise<void>;

/** A TypeScript plugin `name` with one stage `name:KEY` for each entry of `stages`. */
export function plugin(name: string, stages: Record<string, Work> = {}, more: Partial<PluginDefinition> = {}): Plugin {
  return definePlugin({
    name,
    version: '1.0.0',
    stages: Object.entries(stages).map(([key, execute]) => ({ id: `${name}:${key}`, execute })),
    ...more,
  });
}

/** A promise, and the function that resolves it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
