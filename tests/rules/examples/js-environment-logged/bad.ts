export const handler = async (): Promise<void> => {
  console.log(JSON.stringify(process.env, null, 2)); // expect: js-environment-logged
};
