import type { Component } from 'svelte';

/** An icon as `@lucide/svelte/icons/<name>` exports it; `any` because its props are every attribute of SVG. */
export type Icon = Component<any>;
