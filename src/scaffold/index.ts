export { isLanguage, LANGUAGES, type Language } from './languages.js';
export { type CreatedProject, createProject, type ProjectOptions } from './project.js';
