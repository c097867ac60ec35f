exports.handler = async (event) => {
  console.log('environment', process.env); // expect: js-environment-logged
};
