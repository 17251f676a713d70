import { createRoot } from 'react-dom/client';
import { apiBase } from '../place';
import { takeTokenOfLink } from '../session';
import { Boundary } from '../ui/Boundary';
import { Admin } from './admin';
import '../tokens.css';
import './admin.css';

const root = document.getElementById('root');
if (root) {
  const show = () =>
    createRoot(root).render(
      <Boundary>
        <Admin />
      </Boundary>,
    );
  takeTokenOfLink(apiBase()).then(show, show);
}
