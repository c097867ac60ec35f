exports.handler = async (event) => {
  console.log('stage', process.env.STAGE);
};
