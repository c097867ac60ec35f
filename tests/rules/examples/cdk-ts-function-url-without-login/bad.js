new FunctionUrl(this, 'Url', { function: handler, authType: FunctionUrlAuthType.NONE }); // expect: cdk-ts-function-url-without-login
