// The page's sentences in French and English, and the switch between them. Elements name their sentence:
// data-t (text), data-t-placeholder, data-t-label (aria-label).

const kTexts = {
  fr: {
    language: 'Langue',
    signOut: 'Se déconnecter',
    pitch: 'Un chatbot qui répond avec vos documents',
    pitchMore: 'Il cite ses sources et tourne sur votre propre serveur.',
    stepUpload: 'Déposez vos documents : PDF, Word, PowerPoint, Excel, pages web, textes.',
    stepTry: 'Posez-lui une question et vérifiez ses sources.',
    stepPaste: 'Collez une ligne dans votre site.',
    signIn: 'Se connecter',
    signUp: 'Créer un compte',
    noAccount: 'Pas encore de compte ?',
    haveAccount: 'Déjà un compte ?',
    fullName: 'Nom (facultatif)',
    email: 'Adresse e-mail',
    password: 'Mot de passe',
    passwordHint: 'Au moins 10 caractères.',
    workspaces: 'Espaces de travail',
    workspaceName: 'Nom du nouvel espace',
    newWorkspace: 'Nouvel espace',
    create: 'Créer',
    noWorkspace: 'Bienvenue',
    noWorkspaceAdmin: 'Un espace de travail est un chatbot : ses documents, ses réglages, ses conversations. Donnez un nom au premier.',
    noWorkspaceReader: 'Personne ne vous a encore invité dans un espace de travail.',
    documents: 'Documents',
    drop: 'Déposez des fichiers ici, ou choisissez-les',
    dropMore: 'PDF, DOCX, PPTX, XLSX, HTML, MD, CSV, JSON, TXT ; 25 Mo chacun',
    noDocuments: 'Aucun document pour l’instant.',
    more: 'Afficher la suite',
    pending: 'En attente',
    processing: 'Indexation…',
    indexed: 'Prêt',
    error: 'Échec',
    passages: (count) => (count === 1 ? '1 passage' : `${count} passages`),
    uploading: (percent) => `Envoi : ${percent} %`,
    deleteDocument: (name) => `Supprimer ${name}`,
    confirmDelete: (name) => `Supprimer « ${name} » ? Plus aucune réponse ne l’utilisera.`,
    dismiss: (name) => `Fermer le message sur ${name}`,
    cancel: 'Annuler',
    remove: 'Supprimer',
    tryIt: 'Essayer',
    tryHint: 'Posez une question : la réponse ne vient que de vos documents.',
    newConversation: 'Nouvelle conversation',
    question: 'Votre question',
    ask: 'Envoyer',
    stop: 'Arrêter',
    typing: 'La réponse arrive…',
    stopped: 'Réponse arrêtée.',
    interrupted: 'La réponse a été interrompue.',
    score: (percent) => `Pertinence des sources : ${percent} %`,
    cached: 'réponse déjà connue',
    page: (page) => `p. ${page}`,
    sources: 'Sources',
    onYourSite: 'Sur votre site',
    domains: 'Sites autorisés',
    domainsHint: 'Le widget ne s’affiche et ne répond que sur ces sites et leurs sous-domaines. Sans site, il ne marche que sur ce serveur.',
    domain: 'Nom de domaine',
    domainExample: 'exemple.fr',
    removeDomain: (name) => `Retirer ${name}`,
    noDomain: 'Aucun site : seulement ce serveur',
    add: 'Ajouter',
    snippet: 'À coller dans vos pages',
    snippetHint: 'Juste avant la fin de la page, une seule fois.',
    copy: 'Copier',
    copied: 'Copié',
    demo: 'Ouvrir la page d’essai',
    demoHint: (host) => `La page d’essai est sur ce serveur : pour la garder, ajoutez ${host} aux sites autorisés.`,
    offline: 'Le serveur ne répond pas. Vérifiez la connexion et réessayez.',
    unexpected: 'Le serveur a répondu de façon inattendue.',
    size: (bytes) => bytes < 1024 ? `${bytes} o` : bytes < 1048576 ? `${Math.round(bytes / 1024)} Ko` : `${(bytes / 1048576).toFixed(1).replace('.', ',')} Mo`,
  },
  en: {
    language: 'Language',
    signOut: 'Sign out',
    pitch: 'A chatbot that answers from your documents',
    pitchMore: 'It cites its sources and runs on your own server.',
    stepUpload: 'Drop your documents: PDF, Word, PowerPoint, Excel, web pages, text.',
    stepTry: 'Ask it a question and check its sources.',
    stepPaste: 'Paste one line into your website.',
    signIn: 'Sign in',
    signUp: 'Create an account',
    noAccount: 'No account yet?',
    haveAccount: 'Already have an account?',
    fullName: 'Name (optional)',
    email: 'E-mail address',
    password: 'Password',
    passwordHint: 'At least 10 characters.',
    workspaces: 'Workspaces',
    workspaceName: 'Name of the new workspace',
    newWorkspace: 'New workspace',
    create: 'Create',
    noWorkspace: 'Welcome',
    noWorkspaceAdmin: 'A workspace is one chatbot: its documents, its settings, its conversations. Give the first one a name.',
    noWorkspaceReader: 'Nobody has invited you to a workspace yet.',
    documents: 'Documents',
    drop: 'Drop files here, or choose them',
    dropMore: 'PDF, DOCX, PPTX, XLSX, HTML, MD, CSV, JSON, TXT; 25 MB each',
    noDocuments: 'No documents yet.',
    more: 'Show more',
    pending: 'Waiting',
    processing: 'Indexing…',
    indexed: 'Ready',
    error: 'Failed',
    passages: (count) => (count === 1 ? '1 passage' : `${count} passages`),
    uploading: (percent) => `Uploading: ${percent}%`,
    deleteDocument: (name) => `Delete ${name}`,
    confirmDelete: (name) => `Delete “${name}”? No answer will use it any more.`,
    dismiss: (name) => `Close the message about ${name}`,
    cancel: 'Cancel',
    remove: 'Delete',
    tryIt: 'Try it',
    tryHint: 'Ask a question: the answer comes from your documents only.',
    newConversation: 'New conversation',
    question: 'Your question',
    ask: 'Send',
    stop: 'Stop',
    typing: 'The answer is coming…',
    stopped: 'Answer stopped.',
    interrupted: 'The answer was cut off.',
    score: (percent) => `Relevance of the sources: ${percent}%`,
    cached: 'known answer',
    page: (page) => `p. ${page}`,
    sources: 'Sources',
    onYourSite: 'On your website',
    domains: 'Allowed sites',
    domainsHint: 'The widget shows and answers only on these sites and their sub-domains. With none, only on this server.',
    domain: 'Domain name',
    domainExample: 'example.com',
    removeDomain: (name) => `Remove ${name}`,
    noDomain: 'No site: this server only',
    add: 'Add',
    snippet: 'To paste into your pages',
    snippetHint: 'Just before the end of the page, once.',
    copy: 'Copy',
    copied: 'Copied',
    demo: 'Open the demo page',
    demoHint: (host) => `The demo page is on this server: to keep it, add ${host} to the allowed sites.`,
    offline: 'The server does not answer. Check the connection and try again.',
    unexpected: 'The server answered in an unexpected way.',
    size: (bytes) => bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`,
  },
};

const kKept = 'monitora-language';
let current = kept() ?? (navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en');

function kept() {
  try {
    const language = localStorage.getItem(kKept);
    return language in kTexts ? language : undefined;
  } catch {
    return undefined;
  }
}

export function language() {
  return current;
}

export function setLanguage(language) {
  current = language;
  try {
    localStorage.setItem(kKept, language);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}

/** The sentence `key`; with arguments where it takes some. */
export function t(key, ...values) {
  const text = kTexts[current][key];
  return typeof text === 'function' ? text(...values) : text;
}

/** Puts the current language's sentences into `root`. */
export function translate(root) {
  for (const element of root.querySelectorAll('[data-t]')) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll('[data-t-placeholder]')) element.placeholder = t(element.dataset.tPlaceholder);
  for (const element of root.querySelectorAll('[data-t-label]')) element.setAttribute('aria-label', t(element.dataset.tLabel));
}
