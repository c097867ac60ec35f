export const handler = async (): Promise<void> => {
  console.log(JSON.stringify({ stage: process.env.STAGE }));
};
