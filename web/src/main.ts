import { mount } from 'svelte';
import './ui/tokens.css';
import './ui/global.css';
import App from './App.svelte';
import { getLocale } from './messages/runtime.js';

document.documentElement.lang = getLocale();
mount(App, { target: document.getElementById('app') as HTMLElement });
