export const Comment = ({ html }: Props) =>
  React.createElement('div', { dangerouslySetInnerHTML: { __html: html } }); // expect: js-react-html
