export const Comment = ({ html }: Props) => React.createElement('div', null, html);
