import type { PluginMetadata, Priority, RangeSyntax } from 'mortise';
import type { Candidate, ResolutionOptions } from '../../dist/resolution/index.js';

export interface Described {
  readonly needs?: readonly string[];
  readonly wants?: readonly string[];
  readonly conflictsWith?: readonly string[];
  readonly incompatibleWith?: readonly string[];
  readonly resources?: PluginMetadata['resources'];
  readonly apiVersions?: readonly string[];
  readonly rangeSyntax?: RangeSyntax;
  readonly priority?: Priority;
  readonly path?: string;
  readonly isCore?: boolean;
  readonly isDisabled?: boolean;
  readonly isRunning?: boolean;
}

const dependency = (required: boolean) => (text: string) => {
  const [name = '', ...range] = text.split(' ');
  return { name, range: range.length === 0 ? undefined : range.join(' '), required };
};

/** A plugin as resolution sees it: `plugin('a 1.0.0', { needs: ['b ^2'] })`. */
export function plugin(text: string, described: Described = {}): Candidate {
  const [name = '', version = '1.0.0'] = text.split(' ');
  const { needs = [], wants = [], incompatibleWith = [], isCore = false, isDisabled = false, isRunning = false } = described;
  return {
    path: described.path,
    isCore,
    isDisabled,
    isRunning,
    metadata: {
      name,
      version,
      isCore,
      priority: described.priority ?? { category: 'third_party', value: 175 },
      apiVersions: described.apiVersions ?? [],
      dependencies: [...needs.map(dependency(true)), ...wants.map(dependency(false))],
      requiredStages: [],
      conflictsWith: described.conflictsWith ?? [],
      incompatibleWith: incompatibleWith.map(dependency(true)),
      resources: described.resources ?? [],
      rangeSyntax: described.rangeSyntax ?? 'npm',
    },
  };
}

export const options = (more: Partial<ResolutionOptions> = {}): ResolutionOptions => ({
  apiVersion: '1.0.0',
  policy: 'prefer',
  decisions: new Map(),
  ...more,
});

/** `name version`, for expectations. */
export const label = ({ metadata }: Candidate) => `${metadata.name} ${metadata.version}`;
