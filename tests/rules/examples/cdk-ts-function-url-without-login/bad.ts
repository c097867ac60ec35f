handler.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE }); // expect: cdk-ts-function-url-without-login
