import { createRoot } from 'react-dom/client';
import { apiBase } from '../place';
import { takeTokenOfLink } from '../session';
import { Admin } from './admin';
import '../tokens.css';
import './admin.css';

const root = document.getElementById('root');
if (root) {
  const show = () => createRoot(root).render(<Admin />);
  takeTokenOfLink(apiBase()).then(show, show);
}
